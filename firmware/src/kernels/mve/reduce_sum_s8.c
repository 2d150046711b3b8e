/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/reduce_sum_s8.h"

#include "tinygen/fixed_point.h"
#include "tinygen/mve/sum_s8.h"

#define CHANNELS  TG_MVE_SUM_CHANNELS
#define LANE_ROWS 255 /* int8 values whose sum fits a lane */

static void reduce_eight(const tg_reduce_sum_params *p, const int8_t *in, int32_t rows,
                         int32_t channels, int32_t left, int8_t *out)
{
    int32_t sums[CHANNELS] = {0};
    while (rows > 0) {
        const int32_t count = rows < LANE_ROWS ? rows : LANE_ROWS;
        int16_t lanes[CHANNELS];
        vst1q_s16(lanes, tg_mve_add_pixels(vdupq_n_s16(0), in, count, channels, left));
        for (int n = 0; n < CHANNELS; n++) {
            sums[n] += lanes[n];
        }
        in += count * channels;
        rows -= count;
    }
    for (int n = 0; n < CHANNELS && n < left; n++) {
        const int32_t value =
            tg_requantize(p->offset + sums[n], p->multiplier, p->shift) + p->out_offset;
        out[n] = (int8_t)tg_clamp(value, INT8_MIN, INT8_MAX);
    }
}

void tg_mve_reduce_sum_s8(const tg_reduce_sum_params *p, const int8_t *in, int32_t outer,
                          int32_t rows, int32_t channels, int8_t *out)
{
    for (; outer > 0; outer--, in += rows * channels, out += channels) {
        for (int32_t c = 0; c < channels; c += CHANNELS) {
            reduce_eight(p, &in[c], rows, channels, channels - c, &out[c]);
        }
    }
}
