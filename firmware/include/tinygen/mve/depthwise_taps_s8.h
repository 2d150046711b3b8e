/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_DEPTHWISE_TAPS_S8_H
#define TINYGEN_MVE_DEPTHWISE_TAPS_S8_H

#include "tinygen/kernels/window.h"

typedef struct {
    tg_window window;
    int32_t batches;
    int32_t channels;          /* of the output */
    int32_t in_step, out_step; /* bytes from one pixel to the next */
    int32_t in_offset;         /* minus the input's zero point */
    int32_t out_zero_point, out_min, out_max;
} tg_mve_taps;

enum { TG_MVE_TAPS_CHANNELS = 8 };

/* Depthwise convolution by any filter, any number of filters a channel: tap by tap, eight
 * channels at a time, of which there are `groups`, the last one maybe not full.
 *
 * in       [batches][in rows][in columns][in channels]
 * weights  [filter rows][filter columns][groups][8]
 * table    [groups][4][8]  bias, Q31 multiplier, left shift, minus the right shift; of
 *          even channels, then of odd ones
 * sources  [groups][8]     the channel of the input for each of the output; NULL where
 *          they are the same and all groups are full
 * out      [batches][out rows][out columns][channels] */
void tg_mve_depthwise_taps_s8(const tg_mve_taps *p, const int8_t *in,
                              const int8_t *weights, const int32_t *table,
                              const int16_t *sources, int8_t *out);

#endif
