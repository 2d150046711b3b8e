/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_DSP_REDUCE_SUM_S8_H
#define TINYGEN_DSP_REDUCE_SUM_S8_H

#include "tinygen/kernels/reduce_sum_s8.h"

/* Sum or mean over the middle of three dimensions, four channels at a time.
 *
 * in   [outer][rows][channels]  channels >= 4
 * out  [outer][channels]        must not overlap in */
void tg_reduce_sum_dsp_s8(const tg_reduce_sum_params *p, const int8_t *in, int32_t outer,
                          int32_t rows, int32_t channels, int8_t *out);

#endif
