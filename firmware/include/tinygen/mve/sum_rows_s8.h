/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_SUM_ROWS_S8_H
#define TINYGEN_MVE_SUM_ROWS_S8_H

#include "tinygen/kernels/binary_s8.h"

/* in0 + in1 and in0 - in1, each a `tg_binary_s8`, as tg_add_s8 and tg_sub_s8, four at a
 * time: input shifts are in [-31, 0], out_shift in [-31, -1]. The assembly knows the
 * order of the fields. */
void tg_mve_add_rows_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1,
                        int32_t n, int8_t *out);
void tg_mve_sub_rows_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1,
                        int32_t n, int8_t *out);

#endif
