/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/conv_2d_s8.h"

#include "tinygen/mve/bytes.h"

/* The columns of a window that lie in the image: filter columns [first, end). */
typedef struct {
    int32_t first, end;
} columns;

static columns inside(const tg_window *w, int32_t x)
{
    columns c = {0, w->filter_w};
    while (c.first < c.end && x + c.first * w->dilation_w < 0) {
        c.first++;
    }
    while (c.first < c.end && x + (c.end - 1) * w->dilation_w >= w->in_w) {
        c.end--;
    }
    return c;
}

/* One row of a window that begins at x; row is its first column's pixel in the image. */
static int8_t *gather_row(const tg_mve_conv_2d *p, const int8_t *row, columns c,
                          int8_t *to)
{
    const int32_t left = c.first * p->in_c;
    const int32_t right = c.end * p->in_c;
    const int32_t end = p->window.filter_w * p->in_c;
    if (left > 0) {
        tg_mve_fill(to, p->in_zero_point, left);
    }
    if (p->window.dilation_w == 1) {
        tg_mve_copy(to + left, row + left, right - left);
    } else {
        for (int32_t at = left; at < right; at += p->in_c) {
            tg_mve_copy(to + at, row + at * p->window.dilation_w, p->in_c);
        }
    }
    if (right < end) {
        tg_mve_fill(to + right, p->in_zero_point, end - right);
    }
    return to + end;
}

static void gather(const tg_mve_conv_2d *p, const int8_t *image, int32_t y, int32_t x,
                   int8_t *to)
{
    const tg_window *w = &p->window;
    const columns c = inside(w, x);
    const columns none = {w->filter_w, w->filter_w};
    const int8_t *row = image + (y * w->in_w + x) * p->in_c;
    for (int32_t n = w->filter_h; n > 0; n--) {
        to = gather_row(p, row, y >= 0 && y < w->in_h ? c : none, to);
        y += w->dilation_h;
        row += w->dilation_h * w->in_w * p->in_c;
    }
}

void tg_mve_conv_2d_s8(const tg_mve_conv_2d *p, const tg_mve_product_set *product,
                       const int8_t *in, int8_t *scratch, int8_t *out)
{
    const tg_window *w = &p->window;
    int8_t *const second = scratch + 16 * p->product.blocks;
    int8_t *to = scratch;
    for (int32_t row = 0; row < p->batches * w->out_h; row++) {
        const int8_t *image = in + row / w->out_h * w->in_h * w->in_w * p->in_c;
        const int32_t y = row % w->out_h * w->stride_h - w->pad_h;
        for (int32_t column = 0; column < w->out_w; column++) {
            gather(p, image, y, column * w->stride_w - w->pad_w, to);
            if (to == scratch) {
                to = second;
                continue;
            }
            product->two(&p->product, scratch, second, out);
            out += 2 * p->product.out_c;
            to = scratch;
        }
    }
    if (to == second) {
        product->one(&p->product, scratch, out);
    }
}
