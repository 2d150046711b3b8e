/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_2d_s8.h"
#include "tinygen/dsp/intrinsics.h"

/* Expand 4 * blocks bytes of one of three pixels; returns where its next ones go. */
static uint32_t *expand(const int8_t *from, int32_t blocks, uint32_t *x)
{
    for (; blocks > 0; blocks--, from += 4, x += 6) {
        const uint32_t word = tg_load4(from);
        x[0] = tg_sxtb16(word);
        x[3] = tg_sxtb16_odd(word);
    }
    return x;
}

static uint32_t *fill(uint32_t value, int32_t blocks, uint32_t *x)
{
    for (; blocks > 0; blocks--, x += 6) {
        x[0] = value;
        x[3] = value;
    }
    return x;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* Expand a window that may reach into the padding. */
static void expand_border(const tg_conv_args *p, const tg_position *at, int32_t first,
                          uint32_t *x)
{
    const tg_window *w = &p->window;
    const int32_t blocks = p->in_c / 4;
    const int32_t left = larger(-at->x, 0);
    const int32_t right = larger(at->x + w->filter_w - w->in_w, 0);
    const uint32_t zero =
        tg_bottoms((uint32_t)p->in_zero_point, (uint32_t)p->in_zero_point);
    for (int32_t row = first; row < first + p->rows; row++) {
        const int32_t y = at->y + row * w->dilation_h;
        if (y < 0 || y >= w->in_h || left + right >= w->filter_w) {
            x = fill(zero, w->filter_w * blocks, x);
            continue;
        }
        const int8_t *from = &at->image[(y * w->in_w + at->x + left) * p->in_c];
        x = fill(zero, left * blocks, x);
        x = expand(from, (w->filter_w - left - right) * blocks, x);
        x = fill(zero, right * blocks, x);
    }
}

static int is_inside(const tg_window *w, const tg_position *at)
{
    const int32_t height = (w->filter_h - 1) * w->dilation_h + 1;
    return at->y >= 0 && at->y + height <= w->in_h && at->x >= 0 &&
           at->x + w->filter_w <= w->in_w;
}

void tg_gather_words_s8(const tg_conv_args *p, const tg_position *at, int32_t first,
                        uint32_t *x)
{
    const tg_window *w = &p->window;
    if (!(is_inside(w, &at[0]) && is_inside(w, &at[1]) && is_inside(w, &at[2]))) {
        for (int n = 0; n < 3; n++) {
            expand_border(p, &at[n], first, &x[n]);
        }
        return;
    }
    const int32_t row_bytes = w->dilation_h * w->in_w * p->in_c;
    const int8_t *from[3];
    for (int n = 0; n < 3; n++) {
        from[n] =
            &at[n].image[(at[n].y * w->in_w + at[n].x) * p->in_c + first * row_bytes];
    }
    const uint32_t blocks = (uint32_t)(w->filter_w * p->in_c) / 4;
    for (int32_t row = 0; row < p->rows; row++) {
        x = tg_expand3_s8(from[0], from[1], from[2], blocks, x);
        for (int n = 0; n < 3; n++) {
            from[n] += row_bytes;
        }
    }
}
