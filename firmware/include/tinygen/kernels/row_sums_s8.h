/* SPDX-License-Identifier: Apache-2.0 */
/* Means over a whole image that is never whole in memory: summed row by row. */
#ifndef TINYGEN_KERNELS_ROW_SUMS_S8_H
#define TINYGEN_KERNELS_ROW_SUMS_S8_H

#include <stdint.h>

#include "tinygen/kernels/reduce_sum_s8.h"

/* Set the sums of all channels to zero. */
void tg_row_sums_begin(int32_t *sums, int32_t channels);

/* Add pixels to the sums of their channels.
 *
 * in    [pixels][channels]
 * sums  [channels]; may not overlap in */
void tg_row_sums_add_s8(const int8_t *in, int32_t pixels, int32_t channels,
                        int32_t *sums);

/* Turn sums of count values into means, halves away from zero, clamped.
 *
 * out  [channels]; may begin where sums does */
void tg_row_sums_average_s8(const int32_t *sums, int32_t channels, int32_t count,
                            int32_t out_min, int32_t out_max, int8_t *out);

/* Requantize sums as tg_reduce_sum_s8 does.
 *
 * out  [channels]; may begin where sums does */
void tg_row_sums_scale_s8(const int32_t *sums, int32_t channels,
                          const tg_reduce_sum_params *p, int8_t *out);

#endif
