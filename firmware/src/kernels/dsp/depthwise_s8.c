/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/depthwise_s8.h"

#include <stddef.h>

#include "tinygen/dsp/intrinsics.h"

/* The filter's rows and columns that lie inside the image. */
typedef struct {
    int32_t top, bottom, left, right; /* bottom and right are one past the last */
} taps;

/* First and one past the last tap of n that are inside, the first being at position at.
 */
static void inside(int32_t at, int32_t step, int32_t n, int32_t size, int32_t *first,
                   int32_t *end)
{
    *first = at < 0 ? (step - 1 - at) / step : 0;
    *end = at >= size ? 0 : (size - 1 - at) / step + 1;
    *end = *end < n ? *end : n;
}

/* Sum the taps of four channels; in and weights are at the first tap. */
static void sum_four(const tg_conv_params *p, taps t, const int8_t *in,
                     const int8_t *weights, int32_t *sums)
{
    const tg_window *w = &p->window;
    const uint32_t lane = (uint32_t)p->in_offset;
    const uint32_t offset = tg_bottoms(lane, lane);
    const int32_t in_step = w->dilation_w * p->in_step;
    const int32_t columns = t.right - t.left;
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    for (int32_t row = t.top; row < t.bottom; row++) {
        const int8_t *x = in;
        const int8_t *y = weights;
        for (int32_t n = columns; n > 0; n--, x += in_step, y += p->in_c) {
            const uint32_t values = tg_load4(x);
            const uint32_t filter = tg_load4(y);
            const uint32_t even = tg_sxtab16(offset, values);
            const uint32_t odd = tg_sxtab16_odd(offset, values);
            const uint32_t even_filter = tg_sxtb16(filter);
            const uint32_t odd_filter = tg_sxtb16_odd(filter);
            a = tg_smlabb(even, even_filter, a);
            b = tg_smlabb(odd, odd_filter, b);
            c = tg_smlatt(even, even_filter, c);
            d = tg_smlatt(odd, odd_filter, d);
        }
        in += w->dilation_h * w->in_w * p->in_step;
        weights += w->filter_w * p->in_c;
    }
    sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}

void tg_depthwise_dsp_s8(const tg_conv_params *p, const int8_t *in, const int8_t *weights,
                         const int32_t *bias, const int32_t *multiplier,
                         const int32_t *shift, int8_t *out)
{
    const tg_window *w = &p->window;
    const int32_t channels = p->in_c;
    for (int32_t pixel = 0; pixel < p->batches * w->out_h * w->out_w; pixel++) {
        const int32_t batch = pixel / (w->out_h * w->out_w);
        const int32_t y = pixel / w->out_w % w->out_h * w->stride_h - w->pad_h;
        const int32_t x = pixel % w->out_w * w->stride_w - w->pad_w;
        taps t;
        inside(y, w->dilation_h, w->filter_h, w->in_h, &t.top, &t.bottom);
        inside(x, w->dilation_w, w->filter_w, w->in_w, &t.left, &t.right);
        const int32_t from = ((batch * w->in_h + y + t.top * w->dilation_h) * w->in_w +
                              x + t.left * w->dilation_w) *
                             p->in_step;
        const int8_t *filter = &weights[(t.top * w->filter_w + t.left) * channels];
        for (int32_t c = 0; c < channels; c += 4) { /* the last four may overlap others */
            const int32_t first = c + 4 <= channels ? c : channels - 4;
            int32_t sums[4] = {0, 0, 0, 0};
            if (t.top < t.bottom && t.left < t.right) {
                sum_four(p, t, &in[from + first], &filter[first], sums);
            }
            for (int32_t n = first; n < first + 4; n++) {
                const uint32_t acc =
                    (uint32_t)sums[n - first] + (bias != NULL ? (uint32_t)bias[n] : 0U);
                out[n] = tg_output_s8(&p->output, acc, multiplier[n], shift[n]);
            }
        }
        out += p->out_step;
    }
}
