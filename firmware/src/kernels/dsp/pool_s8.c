/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/pool_s8.h"

#include "tinygen/dsp/intrinsics.h"
#include "tinygen/fixed_point.h"

/* Halves away from zero. */
static int32_t mean(uint32_t lane, int32_t count)
{
    const int32_t sum = (int16_t)(lane & 0xffffU);
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

/* Pool four channels of one window; in and out start at them. */
static inline void average_four(const tg_pool_params *p, tg_pool_area area,
                                const int8_t *in, int8_t *out)
{
    const int32_t row_bytes = p->window.in_w * p->channels;
    const int32_t columns = area.right - area.left;
    uint32_t even = 0; /* channels 0 and 2 */
    uint32_t odd = 0;  /* channels 1 and 3 */
    in += area.top * row_bytes + area.left * p->channels;
    for (int32_t y = area.top; y < area.bottom; y++, in += row_bytes) {
        const int8_t *from = in;
        for (int32_t x = columns; x > 0; x--, from += p->channels) {
            const uint32_t word = tg_load4(from);
            even = tg_sxtab16(even, word);
            odd = tg_sxtab16_odd(odd, word);
        }
    }
    const int32_t count = (area.bottom - area.top) * columns;
    const uint32_t lanes[4] = {even, odd, even >> 16, odd >> 16};
    for (int n = 0; n < 4; n++) {
        out[n] = (int8_t)tg_clamp(mean(lanes[n], count), p->out_min, p->out_max);
    }
}

static inline void max_four(const tg_pool_params *p, tg_pool_area area, const int8_t *in,
                            int8_t *out)
{
    const int32_t row_bytes = p->window.in_w * p->channels;
    uint32_t largest = 0x80808080U;
    in += area.top * row_bytes + area.left * p->channels;
    for (int32_t y = area.top; y < area.bottom; y++, in += row_bytes) {
        const int8_t *from = in;
        for (int32_t x = area.left; x < area.right; x++, from += p->channels) {
            largest = tg_max4(largest, tg_load4(from));
        }
    }
    for (int n = 0; n < 4; n++) {
        const int8_t value = (int8_t)(largest >> (8 * n) & 0xffU);
        out[n] = (int8_t)tg_clamp(value, p->out_min, p->out_max);
    }
}

/* The last four channels are also the last ones of the block before, if need be. */
#define FOR_ALL(four)                                                                    \
    const tg_window *w = &p->window;                                                     \
    const int32_t last = p->channels - 4;                                                \
    for (int32_t batch = 0; batch < p->batches; batch++) {                               \
        for (int32_t y = 0; y < w->out_h; y++) {                                         \
            for (int32_t x = 0; x < w->out_w; x++, out += p->channels) {                 \
                const tg_pool_area area = tg_pool_area_of(w, y, x);                      \
                for (int32_t c = 0; c < p->channels; c += 4) {                           \
                    const int32_t from = c < last ? c : last;                            \
                    four(p, area, &in[from], &out[from]);                                \
                }                                                                        \
            }                                                                            \
        }                                                                                \
        in += w->in_h * w->in_w * p->channels;                                           \
    }

void tg_average_pool_dsp_s8(const tg_pool_params *p, const int8_t *in, int8_t *out)
{
    FOR_ALL(average_four)
}

void tg_max_pool_dsp_s8(const tg_pool_params *p, const int8_t *in, int8_t *out)
{
    FOR_ALL(max_four)
}
