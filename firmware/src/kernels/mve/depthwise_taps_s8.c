/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/depthwise_taps_s8.h"

#include <arm_mve.h>
#include <stddef.h>

#define CHANNELS TG_MVE_TAPS_CHANNELS
#define ROWS     4 /* of the table */

/* What lies in the image of the window of one output. */
typedef struct {
    const int8_t *in; /* its first pixel */
    int32_t rows, columns;
    int32_t in_row, in_column; /* bytes from one to the next */
    int32_t first_tap;
    int32_t filter_row; /* taps from one to the next */
} area;

/* Of even and of odd channels. */
typedef struct {
    int32x4_t even, odd;
} sums;

/* First tap inside, and one past the last. */
static inline int32_t first_inside(int32_t at, int32_t dilation)
{
    return at < 0 ? (-at + dilation - 1) / dilation : 0;
}

static inline int32_t end_inside(int32_t at, int32_t dilation, int32_t taps, int32_t size)
{
    const int32_t end = at < size ? (size - at + dilation - 1) / dilation : 0;
    return end < taps ? end : taps;
}

static area find_area(const tg_mve_taps *p, const int8_t *image, int32_t y, int32_t x)
{
    const tg_window *w = &p->window;
    const int32_t top = first_inside(y, w->dilation_h);
    const int32_t left = first_inside(x, w->dilation_w);
    const int32_t first_y = y + top * w->dilation_h;
    const int32_t first_x = x + left * w->dilation_w;
    const area found = {
        .in = image + (first_y * w->in_w + first_x) * p->in_step,
        .rows = end_inside(y, w->dilation_h, w->filter_h, w->in_h) - top,
        .columns = end_inside(x, w->dilation_w, w->filter_w, w->in_w) - left,
        .in_row = w->dilation_h * w->in_w * p->in_step,
        .in_column = w->dilation_w * p->in_step,
        .first_tap = top * w->filter_w + left,
        .filter_row = w->filter_w,
    };
    return found;
}

/* Add all taps of eight channels; `channel` is the first one, `tap` bytes are from one
 * tap's weights to the next one's. */
static inline sums add_taps(const area *a, sums s, int16_t offset, int32_t channel,
                            const int8_t *weights, int32_t tap, const int16_t *sources)
{
    const uint16x8_t source =
        vreinterpretq_u16_s16(sources != NULL ? vld1q_s16(sources) : vdupq_n_s16(0));
    const int8_t *row = sources != NULL ? a->in : a->in + channel;
    weights += a->first_tap * tap;
    for (int32_t y = a->rows; y > 0; y--) {
        const int8_t *from = row;
        const int8_t *by = weights;
        for (int32_t x = a->columns; x > 0; x--) {
            const int16x8_t raw = sources != NULL ? vldrbq_gather_offset_s16(from, source)
                                                  : vldrbq_s16(from);
            const int16x8_t value = vaddq_n_s16(raw, offset);
            const int16x8_t weight = vldrbq_s16(by);
            s.even = vaddq_s32(s.even, vmullbq_int_s16(value, weight));
            s.odd = vaddq_s32(s.odd, vmulltq_int_s16(value, weight));
            from += a->in_column;
            by += tap;
        }
        row += a->in_row;
        weights += a->filter_row * tap;
    }
    return s;
}

/* As TFLM rounds: halves away from zero, which are those of negative sums for VRSHL. */
static inline int32x4_t requantize(const tg_mve_taps *p, int32x4_t sum,
                                   const int32_t *table)
{
    const int32x4_t right = vld1q_s32(table + 3 * CHANNELS);
    sum = vshlq_s32(sum, vld1q_s32(table + 2 * CHANNELS));
    sum = vqrdmulhq_s32(sum, vld1q_s32(table + CHANNELS));
    sum = vaddq_s32(sum, vshrq_n_s32(vandq_s32(sum, right), 31));
    sum = vaddq_n_s32(vrshlq_s32(sum, right), p->out_zero_point);
    return vminq_s32(vmaxq_s32(sum, vdupq_n_s32(p->out_min)), vdupq_n_s32(p->out_max));
}

static void compute_pixel(const tg_mve_taps *p, const area *a, const int8_t *weights,
                          const int32_t *table, const int16_t *sources, int8_t *out)
{
    const int16_t offset = (int16_t)p->in_offset;
    const int32_t tap = (p->channels + CHANNELS - 1) / CHANNELS * CHANNELS;
    for (int32_t channel = 0; channel < p->channels; channel += CHANNELS) {
        sums s = {vld1q_s32(table), vld1q_s32(table + CHANNELS / 2)};
        s = sources != NULL
                ? add_taps(a, s, offset, channel, weights + channel, tap,
                           sources + channel)
                : add_taps(a, s, offset, channel, weights + channel, tap, NULL);
        const int32x4_t even = requantize(p, s.even, table);
        const int32x4_t odd = requantize(p, s.odd, table + CHANNELS / 2);
        const int16x8_t both = vmovntq_s32(vreinterpretq_s16_s32(even), odd);
        vstrbq_p_s16(out + channel, both, vctp16q((uint32_t)(p->channels - channel)));
        table += ROWS * CHANNELS;
    }
}

void tg_mve_depthwise_taps_s8(const tg_mve_taps *p, const int8_t *in,
                              const int8_t *weights, const int32_t *table,
                              const int16_t *sources, int8_t *out)
{
    const tg_window *w = &p->window;
    for (int32_t batch = 0; batch < p->batches; batch++) {
        for (int32_t y = 0; y < w->out_h; y++) {
            for (int32_t x = 0; x < w->out_w; x++) {
                const area a = find_area(p, in, y * w->stride_h - w->pad_h,
                                         x * w->stride_w - w->pad_w);
                compute_pixel(p, &a, weights, table, sources, out);
                out += p->out_step;
            }
        }
        in += w->in_h * w->in_w * p->in_step;
    }
}
