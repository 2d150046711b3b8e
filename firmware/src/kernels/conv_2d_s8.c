/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/conv_2d_s8.h"

#include <stddef.h>

#include "tinygen/kernels/dot_s8.h"

/* Sum over the filter window of one output value; in and weights start at its group. */
static uint32_t dot_window(const tg_conv_params *p, const int8_t *in,
                           const int8_t *weights, int32_t in_y, int32_t in_x)
{
    const tg_window *w = &p->window;
    const int32_t filter_c = p->in_c / p->groups;
    uint32_t acc = 0;
    for (int32_t fy = 0; fy < w->filter_h; fy++) {
        const int32_t y = in_y + fy * w->dilation_h;
        if (y < 0 || y >= w->in_h) {
            continue;
        }
        for (int32_t fx = 0; fx < w->filter_w; fx++) {
            const int32_t x = in_x + fx * w->dilation_w;
            if (x < 0 || x >= w->in_w) {
                continue;
            }
            const int8_t *a = &in[(y * w->in_w + x) * p->in_step];
            const int8_t *b = &weights[(fy * w->filter_w + fx) * filter_c];
            acc += tg_dot_s8(a, p->in_offset, b, filter_c);
        }
    }
    return acc;
}

void tg_conv_2d_s8(const tg_conv_params *p, const int8_t *in, const int8_t *weights,
                   const int32_t *bias, const int32_t *multiplier, const int32_t *shift,
                   int8_t *out)
{
    const tg_window *w = &p->window;
    const int32_t filter_c = p->in_c / p->groups;
    const int32_t filters = p->out_c / p->groups; /* in a group */
    for (int32_t pixel = 0; pixel < p->batches * w->out_h * w->out_w; pixel++) {
        const int32_t batch = pixel / (w->out_h * w->out_w);
        const int32_t in_y = pixel / w->out_w % w->out_h * w->stride_h - w->pad_h;
        const int32_t in_x = pixel % w->out_w * w->stride_w - w->pad_w;
        const int8_t *image = &in[batch * w->in_h * w->in_w * p->in_step];
        for (int32_t c = 0; c < p->out_c; c++) {
            const int8_t *filter = &weights[c * w->filter_h * w->filter_w * filter_c];
            uint32_t acc =
                dot_window(p, &image[c / filters * filter_c], filter, in_y, in_x);
            acc += bias != NULL ? (uint32_t)bias[c] : 0U;
            out[pixel * p->out_step + c] =
                tg_output_s8(&p->output, acc, multiplier[c], shift[c]);
        }
    }
}
