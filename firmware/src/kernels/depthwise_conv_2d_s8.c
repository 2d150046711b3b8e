/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/depthwise_conv_2d_s8.h"

#include <stddef.h>

/* Sum over the filter window of one output value; in and weights start at its channel. */
static uint32_t sum_window(const tg_conv_params *p, const int8_t *in,
                           const int8_t *weights, int32_t in_y, int32_t in_x)
{
    const tg_window *w = &p->window;
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
            const int32_t a = in[(y * w->in_w + x) * p->in_step] + p->in_offset;
            acc += (uint32_t)(a * weights[(fy * w->filter_w + fx) * p->out_c]);
        }
    }
    return acc;
}

void tg_depthwise_conv_2d_s8(const tg_conv_params *p, const int8_t *in,
                             const int8_t *weights, const int32_t *bias,
                             const int32_t *multiplier, const int32_t *shift, int8_t *out)
{
    const tg_window *w = &p->window;
    const int32_t filters = p->out_c / p->in_c; /* of one input channel */
    for (int32_t pixel = 0; pixel < p->batches * w->out_h * w->out_w; pixel++) {
        const int32_t batch = pixel / (w->out_h * w->out_w);
        const int32_t in_y = pixel / w->out_w % w->out_h * w->stride_h - w->pad_h;
        const int32_t in_x = pixel % w->out_w * w->stride_w - w->pad_w;
        const int8_t *image = &in[batch * w->in_h * w->in_w * p->in_step];
        for (int32_t c = 0; c < p->out_c; c++) {
            uint32_t acc = sum_window(p, &image[c / filters], &weights[c], in_y, in_x);
            acc += bias != NULL ? (uint32_t)bias[c] : 0U;
            out[pixel * p->out_step + c] =
                tg_output_s8(&p->output, acc, multiplier[c], shift[c]);
        }
    }
}
