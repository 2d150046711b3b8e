/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_REDUCE_SUM_S8_H
#define TINYGEN_MVE_REDUCE_SUM_S8_H

#include "tinygen/kernels/reduce_sum_s8.h"

/* Sum or mean over the middle of three dimensions, eight channels at a time.
 *
 * in   [outer][rows][channels]
 * out  [outer][channels]        must not overlap in */
void tg_mve_reduce_sum_s8(const tg_reduce_sum_params *p, const int8_t *in, int32_t outer,
                          int32_t rows, int32_t channels, int8_t *out);

#endif
