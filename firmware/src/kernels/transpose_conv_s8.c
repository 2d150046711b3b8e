/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/transpose_conv_s8.h"

#include <stdbool.h>
#include <stddef.h>

#include "tinygen/kernels/dot_s8.h"

/* Find the input row (or column) that adds filter element `f` to output `at`. */
static bool find_source(int32_t at, int32_t f, int32_t stride, int32_t size,
                        int32_t *source)
{
    const int32_t distance = at - f;
    *source = distance / stride;
    return distance >= 0 && distance % stride == 0 && *source < size;
}

/* Sum of all that reaches one output value; at_y and at_x count from the padding. */
static uint32_t gather(const tg_conv_params *p, const int8_t *in, const int8_t *weights,
                       int32_t at_y, int32_t at_x)
{
    const tg_window *w = &p->window;
    uint32_t acc = 0;
    for (int32_t fy = 0; fy < w->filter_h; fy++) {
        int32_t y;
        if (!find_source(at_y, fy, w->stride_h, w->out_h, &y)) {
            continue;
        }
        for (int32_t fx = 0; fx < w->filter_w; fx++) {
            int32_t x;
            if (!find_source(at_x, fx, w->stride_w, w->out_w, &x)) {
                continue;
            }
            const int8_t *a = &in[(y * w->out_w + x) * p->in_c];
            const int8_t *b = &weights[(fy * w->filter_w + fx) * p->in_c];
            acc += tg_dot_s8(a, p->in_offset, b, p->in_c);
        }
    }
    return acc;
}

void tg_transpose_conv_s8(const tg_conv_params *p, const int8_t *in,
                          const int8_t *weights, const int32_t *bias,
                          const int32_t *multiplier, const int32_t *shift, int8_t *out)
{
    const tg_window *w = &p->window;
    const int32_t filter_size = w->filter_h * w->filter_w * p->in_c;
    for (int32_t pixel = 0; pixel < p->batches * w->in_h * w->in_w; pixel++) {
        const int32_t batch = pixel / (w->in_h * w->in_w);
        const int32_t at_y = pixel / w->in_w % w->in_h + w->pad_h;
        const int32_t at_x = pixel % w->in_w + w->pad_w;
        const int8_t *image = &in[batch * w->out_h * w->out_w * p->in_c];
        for (int32_t c = 0; c < p->out_c; c++) {
            uint32_t acc = gather(p, image, &weights[c * filter_size], at_y, at_x);
            acc += bias != NULL ? (uint32_t)bias[c] : 0U;
            out[pixel * p->out_c + c] =
                tg_output_s8(&p->output, acc, multiplier[c], shift[c]);
        }
    }
}
