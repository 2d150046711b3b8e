/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/pool_s8.h"

#include "tinygen/mve/sum_s8.h"

#define ALL_CHANNELS 16

/* How sums of count values are divided by it: x / count is x * factor >> 16 >> shift. */
typedef struct {
    int32_t count;
    uint16_t factor;
    int32_t shift;
} divisor;

/* Exact for 0 <= x < 2^15 and count in [2, 255]: factor is 2^(16 + shift) / count, less
 * than 1 too large, and 2^(16 + shift) is at least 2^15 * count. */
static divisor divisor_of(int32_t count)
{
    divisor by = {.count = count};
    while (count > 2 << by.shift) {
        by.shift++;
    }
    by.factor = (uint16_t)(((0x10000 << by.shift) + count - 1) / count);
    return by;
}

/* sum / count, halves away from zero. */
static inline int16x8_t divide(int16x8_t sum, const divisor *by)
{
    if (by->count == 1) {
        return sum;
    }
    const uint16x8_t rounded =
        vreinterpretq_u16_s16(vaddq_n_s16(vabsq_s16(sum), (int16_t)(by->count / 2)));
    const uint16x8_t high = vmulhq_u16(rounded, vdupq_n_u16(by->factor));
    const int16x8_t size = vreinterpretq_s16_u16(vshlq_r_u16(high, -by->shift));
    return vnegq_m_s16(size, size, vcmpltq_n_s16(sum, 0));
}

static void average(const tg_pool_params *p, tg_pool_area area, const int8_t *in,
                    int8_t *out)
{
    const int32_t row_bytes = p->window.in_w * p->channels;
    const int32_t columns = area.right - area.left;
    const divisor by = divisor_of((area.bottom - area.top) * columns);
    const int16x8_t low = vdupq_n_s16((int16_t)p->out_min);
    const int16x8_t high = vdupq_n_s16((int16_t)p->out_max);
    for (int32_t left = p->channels; left > 0; left -= TG_MVE_SUM_CHANNELS) {
        const int8_t *from = in;
        int16x8_t sum = vdupq_n_s16(0);
        for (int32_t rows = area.bottom - area.top; rows > 0; rows--, from += row_bytes) {
            sum = tg_mve_add_pixels(sum, from, columns, p->channels, left);
        }
        const int16x8_t mean = vminq_s16(vmaxq_s16(divide(sum, &by), low), high);
        vstrbq_p_s16(out, mean, vctp16q((uint32_t)left));
        in += TG_MVE_SUM_CHANNELS;
        out += TG_MVE_SUM_CHANNELS;
    }
}

static void largest(const tg_pool_params *p, tg_pool_area area, const int8_t *in,
                    int8_t *out)
{
    const int32_t row_bytes = p->window.in_w * p->channels;
    const int8x16_t low = vdupq_n_s8((int8_t)p->out_min);
    const int8x16_t high = vdupq_n_s8((int8_t)p->out_max);
    for (int32_t left = p->channels; left > 0; left -= ALL_CHANNELS) {
        const mve_pred16_t some = vctp8q((uint32_t)left);
        const int8_t *row = in;
        int8x16_t value = low;
        for (int32_t rows = area.bottom - area.top; rows > 0; rows--, row += row_bytes) {
            const int8_t *from = row;
            for (int32_t x = area.left; x < area.right; x++, from += p->channels) {
                value = vmaxq_s8(value, vldrbq_z_s8(from, some));
            }
        }
        vstrbq_p_s8(out, vminq_s8(value, high), some);
        in += ALL_CHANNELS;
        out += ALL_CHANNELS;
    }
}

/* One window after the other. */
#define FOR_ALL(pool)                                                                    \
    const tg_window *w = &p->window;                                                     \
    for (int32_t batch = 0; batch < p->batches; batch++) {                               \
        for (int32_t y = 0; y < w->out_h; y++) {                                         \
            for (int32_t x = 0; x < w->out_w; x++, out += p->channels) {                 \
                const tg_pool_area area = tg_pool_area_of(w, y, x);                      \
                pool(p, area, in + (area.top * w->in_w + area.left) * p->channels, out); \
            }                                                                            \
        }                                                                                \
        in += w->in_h * w->in_w * p->channels;                                           \
    }

void tg_mve_average_pool_s8(const tg_pool_params *p, const int8_t *in, int8_t *out)
{
    FOR_ALL(average)
}

void tg_mve_max_pool_s8(const tg_pool_params *p, const int8_t *in, int8_t *out)
{
    FOR_ALL(largest)
}
