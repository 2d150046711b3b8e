/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/conv_2d_rows_s8.h"

#include "tinygen/mve/bytes.h"

/* Lay the columns of an image row out, `step` bytes from one to the next. */
static void lay_row(const int8_t *row, int32_t columns, int32_t in_c, int32_t step,
                    int8_t *to)
{
    for (; columns > 0; columns--) {
        tg_mve_copy(to, row, in_c);
        row += in_c;
        to += step;
    }
}

static void lay_padding(int32_t value, int32_t columns, int32_t in_c, int32_t step,
                        int8_t *to)
{
    for (; columns > 0; columns--) {
        tg_mve_fill(to, value, in_c);
        to += step;
    }
}

/* Lay the image rows out that windows from row y on cover; to is their first column. */
static void lay_rows(const tg_mve_conv_2d *p, const int8_t *image, int32_t y, int8_t *to)
{
    const tg_window *w = &p->window;
    const int32_t step = w->filter_h * p->in_c;
    const int32_t covered = (w->out_w - 1) * w->stride_w + w->filter_w - w->pad_w;
    const int32_t columns = covered < w->in_w ? covered : w->in_w;
    for (int32_t n = w->filter_h; n > 0; n--, y += w->dilation_h) {
        if (y >= 0 && y < w->in_h) {
            lay_row(image + y * w->in_w * p->in_c, columns, p->in_c, step, to);
        } else {
            lay_padding(p->in_zero_point, columns, p->in_c, step, to);
        }
        to += p->in_c;
    }
}

static int8_t *multiply_row(const tg_mve_conv_2d *p, const tg_mve_product_set *product,
                            const int8_t *x, int8_t *out)
{
    const int32_t next = p->window.stride_w * p->window.filter_h * p->in_c;
    for (int32_t n = p->window.out_w / 2; n > 0; n--) {
        product->two(&p->product, x, x + next, out);
        x += 2 * next;
        out += 2 * p->product.out_step;
    }
    if (p->window.out_w % 2 != 0) {
        product->one(&p->product, x, out);
        out += p->product.out_step;
    }
    return out;
}

void tg_mve_conv_2d_rows_s8(const tg_mve_conv_2d *p, const tg_mve_product_set *product,
                            const int8_t *in, int8_t *scratch, int8_t *out)
{
    const tg_window *w = &p->window;
    const int32_t step = w->filter_h * p->in_c;
    const int32_t columns = (w->out_w - 1) * w->stride_w + w->filter_w;
    tg_mve_fill(scratch, p->in_zero_point, columns * step); /* left and right stay so */
    for (int32_t batch = 0; batch < p->batches; batch++) {
        int32_t y = -w->pad_h;
        for (int32_t n = w->out_h; n > 0; n--, y += w->stride_h) {
            lay_rows(p, in, y, scratch + w->pad_w * step);
            out = multiply_row(p, product, scratch, out);
        }
        in += w->in_h * w->in_w * p->in_c;
    }
}
