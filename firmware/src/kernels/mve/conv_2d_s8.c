/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/conv_2d_s8.h"

#include "tinygen/mve/bytes.h"

/* What lies in the image of a row of a window that begins at x. */
static void gather_row(const tg_mve_conv_2d *p, const int8_t *row, int32_t x, int8_t *to)
{
    const tg_window *w = &p->window;
    if (w->dilation_w == 1) {
        const int32_t first = x < 0 ? -x : 0;
        const int32_t end = w->in_w - x < w->filter_w ? w->in_w - x : w->filter_w;
        if (first < end) {
            tg_mve_copy(to + first * p->in_c, row + (x + first) * p->in_c,
                        (end - first) * p->in_c);
        }
        return;
    }
    for (int32_t n = 0; n < w->filter_w; n++, x += w->dilation_w) {
        if (x >= 0 && x < w->in_w) {
            tg_mve_copy(to + n * p->in_c, row + x * p->in_c, p->in_c);
        }
    }
}

/* A window anywhere. */
static void gather_edge(const tg_mve_conv_2d *p, const int8_t *image, int32_t y,
                        int32_t x, int8_t *to)
{
    const tg_window *w = &p->window;
    const int32_t row = w->filter_w * p->in_c;
    tg_mve_fill(to, p->in_zero_point, w->filter_h * row);
    for (int32_t n = 0; n < w->filter_h; n++, y += w->dilation_h) {
        if (y >= 0 && y < w->in_h) {
            gather_row(p, image + y * w->in_w * p->in_c, x, to + n * row);
        }
    }
}

/* A window that lies in the image, columns not dilated. */
static void gather_inside(const tg_mve_conv_2d *p, const int8_t *from, int8_t *to)
{
    const int32_t step = p->window.dilation_h * p->window.in_w * p->in_c;
    const int32_t bytes = p->window.filter_w * p->in_c;
    for (int32_t n = p->window.filter_h; n > 0; n--) {
        tg_mve_copy(to, from, bytes);
        from += step;
        to += bytes;
    }
}

/* Compute a row of outputs; scratch may hold the window of the pixel before it, and is
 * said to hold the last one's by what is returned. */
static int32_t convolve_row(const tg_mve_conv_2d *p, const tg_mve_product_set *product,
                            const int8_t *image, int32_t y, int32_t waiting,
                            int8_t *scratch, int8_t **out)
{
    const tg_window *w = &p->window;
    const int32_t patch = 16 * (int32_t)p->product.blocks;
    const int32_t last_x = w->in_w - w->filter_w;
    const int rows_inside = y >= 0 && y + (w->filter_h - 1) * w->dilation_h < w->in_h;
    const int may_be_inside = rows_inside && w->dilation_w == 1;
    int32_t x = -w->pad_w;
    for (int32_t n = w->out_w; n > 0; n--, x += w->stride_w) {
        int8_t *to = scratch + waiting * patch;
        if (may_be_inside && x >= 0 && x <= last_x) {
            gather_inside(p, image + (y * w->in_w + x) * p->in_c, to);
        } else {
            gather_edge(p, image, y, x, to);
        }
        if (waiting != 0) {
            product->two(&p->product, scratch, to, *out);
            *out += 2 * p->product.out_step;
        }
        waiting ^= 1;
    }
    return waiting;
}

void tg_mve_conv_2d_s8(const tg_mve_conv_2d *p, const tg_mve_product_set *product,
                       const int8_t *in, int8_t *scratch, int8_t *out)
{
    const tg_window *w = &p->window;
    int32_t waiting = 0;
    for (int32_t batch = 0; batch < p->batches; batch++) {
        int32_t y = -w->pad_h;
        for (int32_t n = w->out_h; n > 0; n--, y += w->stride_h) {
            waiting = convolve_row(p, product, in, y, waiting, scratch, &out);
        }
        in += w->in_h * w->in_w * p->in_c;
    }
    if (waiting != 0) {
        product->one(&p->product, scratch, out);
    }
}
