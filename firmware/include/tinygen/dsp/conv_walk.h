/* SPDX-License-Identifier: Apache-2.0 */
/* Walk over the output pixels of a convolution, three at a time. */
#ifndef TINYGEN_DSP_CONV_WALK_H
#define TINYGEN_DSP_CONV_WALK_H

#include "tinygen/dsp/conv_2d_s8.h"

typedef struct {
    const int8_t *image;
    int32_t row, column; /* of the output */
    int32_t left;        /* pixels */
} tg_walk;

static inline tg_walk tg_walk_begin(const tg_conv_args *p, const int8_t *in)
{
    const tg_walk walk = {in, 0, 0, p->batches * p->window.out_h * p->window.out_w};
    return walk;
}

/* Fill at with the next three windows, the last one repeated at the end; returns how many
 * there are. */
static inline int32_t tg_walk_next(tg_walk *walk, const tg_conv_args *p, tg_position *at)
{
    const tg_window *w = &p->window;
    const int32_t count = walk->left < 3 ? walk->left : 3;
    for (int32_t n = 0; n < 3; n++) {
        if (n >= count) {
            at[n] = at[n - 1];
            continue;
        }
        at[n].image = walk->image;
        at[n].is_row_start = walk->column == 0;
        at[n].y = walk->row * w->stride_h - w->pad_h;
        at[n].x = walk->column * w->stride_w - w->pad_w;
        if (++walk->column == w->out_w) {
            walk->column = 0;
            if (++walk->row == w->out_h) {
                walk->row = 0;
                walk->image += w->in_h * w->in_w * p->in_c;
            }
        }
    }
    walk->left -= count;
    return count;
}

#endif
