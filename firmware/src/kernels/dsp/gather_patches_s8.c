/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_2d_s8.h"
#include <stddef.h>

#include "tinygen/dsp/intrinsics.h"

static int8_t *copy(const int8_t *from, int32_t count, int8_t *to)
{
    for (; count >= 4; count -= 4, from += 4, to += 4) {
        memcpy(to, from, 4);
    }
    for (; count > 0; count--) {
        *to++ = *from++;
    }
    return to;
}

static int8_t *fill(int32_t value, int32_t count, int8_t *to)
{
    for (; count > 0; count--) {
        *to++ = (int8_t)value;
    }
    return to;
}

/* Copy one row of a window that begins at column x of the image's row; row is NULL above
 * and below the image. */
static int8_t *copy_row(const tg_conv_args *p, const int8_t *row, int32_t x, int8_t *to)
{
    const tg_window *w = &p->window;
    if (row != NULL && w->dilation_w == 1 && x >= 0 && x + w->filter_w <= w->in_w) {
        return copy(&row[x * p->in_c], w->filter_w * p->in_c, to);
    }
    for (int32_t n = 0; n < w->filter_w; n++, x += w->dilation_w) {
        to = row != NULL && x >= 0 && x < w->in_w ? copy(&row[x * p->in_c], p->in_c, to)
                                                  : fill(p->in_zero_point, p->in_c, to);
    }
    return to;
}

void tg_gather_patches_s8(const tg_conv_args *p, const tg_position *at, int32_t first,
                          uint32_t *x)
{
    const tg_window *w = &p->window;
    int8_t *patches = (int8_t *)&x[6 * p->blocks];
    const uint32_t patch_bytes = 4 * p->blocks;
    for (uint32_t n = 0; n < 3; n++) {
        int8_t *to = &patches[n * patch_bytes];
        const int8_t *to_end = to + patch_bytes;
        for (int32_t row = first; row < first + p->rows; row++) {
            const int32_t y = at[n].y + row * w->dilation_h;
            const int8_t *from =
                y < 0 || y >= w->in_h ? NULL : &at[n].image[y * w->in_w * p->in_c];
            to = copy_row(p, from, at[n].x, to);
        }
        fill(0, (int32_t)(to_end - to), to);
    }
    tg_expand3_s8(patches, patches + patch_bytes, patches + 2 * patch_bytes, p->blocks,
                  x);
}
