/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_DSP_POINTWISE_S8_H
#define TINYGEN_DSP_POINTWISE_S8_H

#include "tinygen/dsp/matmul_s8.h"

typedef struct {
    int32_t pixels;      /* of all images */
    int32_t in_c, out_c; /* out_c > 1 */
    int32_t out_step;    /* bytes from one output pixel to the next */
    uint32_t blocks;     /* in_c / 4, rounded up */
} tg_pointwise_args;

/* 1x1 convolution at stride 1, three pixels at a time in raster order.
 *
 * in       [pixels][in_c]
 * weights, table: as tg_matmul_args says, pairs of channels 0 1, 2 3, ...; the last pair
 * of an odd out_c is its last two. The input's zero point is in the biases scratch  24 *
 * blocks bytes, 4-byte aligned out      [pixels][out_c]  saturated only */
void tg_pointwise_s8(const tg_pointwise_args *p, tg_matmul *matmul, const int8_t *in,
                     const void *weights, const int32_t *table, uint32_t *scratch,
                     int8_t *out);

/* Expand count bytes, any number of them, of three pixels to x. */
void tg_expand_pixels_s8(const int8_t *a, const int8_t *b, const int8_t *c,
                         uint32_t count, uint32_t *x);

#endif
