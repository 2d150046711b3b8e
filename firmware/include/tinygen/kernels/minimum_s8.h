/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_MINIMUM_S8_H
#define TINYGEN_KERNELS_MINIMUM_S8_H

#include "tinygen/kernels/binary_s8.h"

/* The smaller of in0 and in1, a `tg_binary_s8`; p is not read. */
void tg_minimum_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1,
                   int32_t n, int8_t *out);

#endif
