/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/conv_2d_s8.h"

#include <stddef.h>

#include "tinygen/fixed_point.h"

/* Sum over the filter window of one output value; in and weights start at its group. */
static int32_t dot_window(const tg_conv_2d_params *p, const int8_t *in,
                          const int8_t *weights, int32_t in_y, int32_t in_x)
{
    int32_t acc = 0;
    for (int32_t fy = 0; fy < p->filter_h; fy++) {
        const int32_t y = in_y + fy * p->dilation_h;
        if (y < 0 || y >= p->in_h) {
            continue;
        }
        for (int32_t fx = 0; fx < p->filter_w; fx++) {
            const int32_t x = in_x + fx * p->dilation_w;
            if (x < 0 || x >= p->in_w) {
                continue;
            }
            const int8_t *a = &in[(y * p->in_w + x) * p->in_c];
            const int8_t *b = &weights[(fy * p->filter_w + fx) * p->filter_c];
            for (int32_t c = 0; c < p->filter_c; c++) {
                acc += (a[c] + p->in_offset) * b[c];
            }
        }
    }
    return acc;
}

void tg_conv_2d_s8(const tg_conv_2d_params *p, const int8_t *in, const int8_t *weights,
                   const int32_t *bias, const int32_t *multiplier, const int32_t *shift,
                   int8_t *out)
{
    const int32_t out_per_group = p->out_c / (p->in_c / p->filter_c);
    const int32_t window = p->filter_h * p->filter_w * p->filter_c;
    for (int32_t pixel = 0; pixel < p->batches * p->out_h * p->out_w; pixel++) {
        const int32_t batch = pixel / (p->out_h * p->out_w);
        const int32_t in_y = pixel / p->out_w % p->out_h * p->stride_h - p->pad_h;
        const int32_t in_x = pixel % p->out_w * p->stride_w - p->pad_w;
        const int8_t *image = &in[batch * p->in_h * p->in_w * p->in_c];
        for (int32_t c = 0; c < p->out_c; c++) {
            const int32_t group = c / out_per_group;
            int32_t acc = dot_window(p, &image[group * p->filter_c], &weights[c * window],
                                     in_y, in_x);
            acc += bias != NULL ? bias[c] : 0;
            acc = tg_requantize(acc, multiplier[c], shift[c]) + p->out_offset;
            out[pixel * p->out_c + c] = (int8_t)tg_clamp(acc, p->out_min, p->out_max);
        }
    }
}
