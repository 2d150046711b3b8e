/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/reduce_sum_s8.h"

#include "tinygen/dsp/intrinsics.h"
#include "tinygen/fixed_point.h"

#define LANE_ROWS 255 /* int8 values whose sum fits a lane */

/* Add up to LANE_ROWS rows of four channels. */
static const int8_t *add_rows(const int8_t *in, int32_t rows, int32_t channels,
                              int32_t *sums)
{
    uint32_t even = 0;
    uint32_t odd = 0;
    for (; rows > 0; rows--, in += channels) {
        const uint32_t word = tg_load4(in);
        even = tg_sxtab16(even, word);
        odd = tg_sxtab16_odd(odd, word);
    }
    const uint32_t lanes[4] = {even, odd, even >> 16, odd >> 16};
    for (int n = 0; n < 4; n++) {
        sums[n] += (int16_t)(lanes[n] & 0xffffU);
    }
    return in;
}

static void reduce_four(const tg_reduce_sum_params *p, const int8_t *in, int32_t rows,
                        int32_t channels, int8_t *out)
{
    int32_t sums[4] = {p->offset, p->offset, p->offset, p->offset};
    while (rows > 0) {
        const int32_t count = rows < LANE_ROWS ? rows : LANE_ROWS;
        in = add_rows(in, count, channels, sums);
        rows -= count;
    }
    for (int n = 0; n < 4; n++) {
        const int32_t value =
            tg_requantize(sums[n], p->multiplier, p->shift) + p->out_offset;
        out[n] = (int8_t)tg_clamp(value, INT8_MIN, INT8_MAX);
    }
}

void tg_reduce_sum_dsp_s8(const tg_reduce_sum_params *p, const int8_t *in, int32_t outer,
                          int32_t rows, int32_t channels, int8_t *out)
{
    for (; outer > 0; outer--, in += rows * channels, out += channels) {
        for (int32_t c = 0; c < channels; c += 4) { /* the last four may overlap others */
            const int32_t from = c + 4 <= channels ? c : channels - 4;
            reduce_four(p, &in[from], rows, channels, &out[from]);
        }
    }
}
