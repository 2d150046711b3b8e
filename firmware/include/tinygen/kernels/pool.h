/* SPDX-License-Identifier: Apache-2.0 */
/* What average and maximum pooling share: parameters, and the part of a window inside. */
#ifndef TINYGEN_KERNELS_POOL_H
#define TINYGEN_KERNELS_POOL_H

#include <stdint.h>

#include "tinygen/kernels/window.h"

typedef struct {
    tg_window window; /* dilation 1 */
    int32_t batches, channels;
    int32_t out_min, out_max;
} tg_pool_params;

/* Rows and columns of the input that one output reads; never empty. */
typedef struct {
    int32_t top, bottom; /* bottom and right are one past the last */
    int32_t left, right;
} tg_pool_area;

static inline tg_pool_area tg_pool_area_of(const tg_window *w, int32_t out_y,
                                           int32_t out_x)
{
    const int32_t y = out_y * w->stride_h - w->pad_h;
    const int32_t x = out_x * w->stride_w - w->pad_w;
    const tg_pool_area area = {
        .top = y > 0 ? y : 0,
        .bottom = y + w->filter_h < w->in_h ? y + w->filter_h : w->in_h,
        .left = x > 0 ? x : 0,
        .right = x + w->filter_w < w->in_w ? x + w->filter_w : w->in_w,
    };
    return area;
}

#endif
