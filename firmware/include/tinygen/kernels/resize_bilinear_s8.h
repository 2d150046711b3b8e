/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_RESIZE_BILINEAR_S8_H
#define TINYGEN_KERNELS_RESIZE_BILINEAR_S8_H

#include <stdint.h>

typedef struct {
    int32_t batches, channels;
    int32_t in_h, in_w;
    int32_t out_h, out_w;
} tg_resize_bilinear_params;

/* Interpolate an int8 image between its four nearest pixels; halves round away from zero.
 *
 * rows     [out_h][3]  input row before, input row after, distance from before in 1/1024
 * columns  [out_w][3]  the same for columns
 * in       [batches][in_h][in_w][channels]
 * out      [batches][out_h][out_w][channels]; must not overlap in */
void tg_resize_bilinear_s8(const tg_resize_bilinear_params *p, const int32_t *rows,
                           const int32_t *columns, const int8_t *in, int8_t *out);

#endif
