/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_MUL_S8_H
#define TINYGEN_MVE_MUL_S8_H

#include "tinygen/kernels/binary_s8.h"

/* in0 * in1, a `tg_binary_s8`, as tg_mul_s8, eight at a time; out_shift is in [-31, -1].
 * The assembly knows the order of the fields. */
void tg_mve_mul_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1,
                   int32_t n, int8_t *out);

#endif
