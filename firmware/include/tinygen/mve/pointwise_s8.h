/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_POINTWISE_S8_H
#define TINYGEN_MVE_POINTWISE_S8_H

#include "tinygen/mve/product_s8.h"

typedef struct {
    tg_mve_product product;
    int32_t pixels; /* of all images */
    int32_t direct; /* pixels whose 16 * blocks bytes lie within in */
    int32_t in_c;
} tg_mve_pointwise;

/* 1x1 convolution at stride 1, or fully connected, two pixels at a time in raster order.
 *
 * in       [pixels][in_c]
 * scratch  [pixels - direct + 1][in_c] and what pads in_c to 16 * blocks; unused where
 *          direct is pixels
 * out      [pixels][out_c] */
void tg_mve_pointwise_s8(const tg_mve_pointwise *p, const tg_mve_product_set *product,
                         const int8_t *in, int8_t *scratch, int8_t *out);

#endif
