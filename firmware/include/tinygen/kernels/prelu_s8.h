/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_PRELU_S8_H
#define TINYGEN_KERNELS_PRELU_S8_H

#include "tinygen/kernels/binary_s8.h"

/* in0 where that is not negative, else in0 * in1, a `tg_binary_s8`. The in0 multiplier is
 * for the former, the out multiplier for the product; in1's is not used. */
void tg_prelu_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1,
                 int32_t n, int8_t *out);

#endif
