/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_CONV_2D_S8_H
#define TINYGEN_MVE_CONV_2D_S8_H

#include "tinygen/kernels/window.h"
#include "tinygen/mve/product_s8.h"

typedef struct {
    tg_mve_product product;
    tg_window window;
    int32_t batches;
    int32_t in_c;
    int32_t in_zero_point;
} tg_mve_conv_2d;

/* 2-D convolution without groups, two output pixels at a time in raster order.
 *
 * in       [batches][in rows][in columns][in_c]
 * scratch  [2][16 * blocks]: the windows of two pixels, row by row; padding is the
 * input's zero point out      [batches][out rows][out columns][out_c] */
void tg_mve_conv_2d_s8(const tg_mve_conv_2d *p, const tg_mve_product_set *product,
                       const int8_t *in, int8_t *scratch, int8_t *out);

#endif
