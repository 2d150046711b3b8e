/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "tinygen/dsp/conv_2d_s8.h"
#include "tinygen/dsp/intrinsics.h"

static int8_t *copy(const int8_t *from, int32_t count, int8_t *to)
{
    if (count < 4) {
        for (; count > 0; count--) {
            *to++ = *from++;
        }
        return to;
    }
    const int32_t rest = count % 4;
    for (; count >= 4; count -= 4, from += 4, to += 4) {
        memcpy(to, from, 4);
    }
    memcpy(to + rest - 4, from + rest - 4, 4); /* some once more */
    return to + rest;
}

static int8_t *fill(int32_t value, int32_t count, int8_t *to)
{
    for (; count > 0; count--) {
        *to++ = (int8_t)value;
        __asm volatile(""); /* a few bytes: no call of memset */
    }
    return to;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Copy the input rows that a row of the output reads, with the padding around them. */
static void stage(const tg_conv_args *p, const tg_position *at, int8_t *to)
{
    const tg_window *w = &p->window;
    const int32_t bytes = p->stage_step;
    const int32_t left = smaller(w->pad_w * p->in_c, bytes);
    const int32_t inside = smaller(w->in_w * p->in_c, bytes - left);
    for (int32_t row = 0; row < w->filter_h; row++) {
        const int32_t y = at->y + row * w->dilation_h;
        if (y < 0 || y >= w->in_h) {
            to = fill(p->in_zero_point, bytes, to);
            continue;
        }
        to = fill(p->in_zero_point, left, to);
        to = copy(&at->image[y * w->in_w * p->in_c], inside, to);
        to = fill(p->in_zero_point, bytes - left - inside, to);
    }
}

/* Copy count bytes of each row, and up to three more. */
static void copy_window(const int8_t *from, int32_t step, int32_t rows, int32_t count,
                        int8_t *to)
{
    for (; rows > 0; rows--, from += step, to += count) {
        memcpy(to, from, 4);
        if (count > 8 && count <= 12) { /* three columns of three channels */
            memcpy(to + 4, from + 4, 4);
            memcpy(to + 8, from + 8, 4);
            continue;
        }
        for (int32_t n = 4; n < count; n += 4) {
            memcpy(to + n, from + n, 4);
        }
    }
}

/* Expand rows of four bytes to those of one pixel in x. */
static void expand_words(const int8_t *from, int32_t step, int32_t rows, uint32_t *x)
{
    for (; rows > 0; rows--, from += step, x += 6) {
        const uint32_t word = tg_load4(from);
        x[0] = tg_sxtb16(word);
        x[3] = tg_sxtb16_odd(word);
    }
}

void tg_gather_staged_s8(const tg_conv_args *p, const tg_position *at, int32_t first,
                         uint32_t *x)
{
    (void)first;
    const tg_window *w = &p->window;
    const uint32_t patch_bytes = 4 * p->blocks;
    const int32_t row_bytes = w->filter_w * p->in_c;
    int8_t *patches = (int8_t *)&x[6 * p->blocks];
    int8_t *staged = &patches[3 * patch_bytes + 4];
    for (uint32_t n = 0; n < 3; n++) {
        if (at[n].is_row_start) {
            stage(p, &at[n], staged);
        }
        const int8_t *from = &staged[(at[n].x + w->pad_w) * p->in_c];
        if (row_bytes == 4) {
            expand_words(from, p->stage_step, w->filter_h, &x[n]);
        } else {
            copy_window(from, p->stage_step, w->filter_h, row_bytes,
                        &patches[n * patch_bytes]);
        }
    }
    if (row_bytes != 4) {
        tg_expand3_s8(patches, patches + patch_bytes, patches + 2 * patch_bytes,
                      p->blocks, x);
    }
}
