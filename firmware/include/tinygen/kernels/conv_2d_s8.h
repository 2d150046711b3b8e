/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_CONV_2D_S8_H
#define TINYGEN_KERNELS_CONV_2D_S8_H

#include <stdint.h>

typedef struct {
    int32_t batches;
    int32_t in_h, in_w, in_c;
    int32_t filter_h, filter_w, filter_c; /* in_c is a multiple of filter_c: groups */
    int32_t out_h, out_w, out_c;          /* out_c is a multiple of in_c / filter_c */
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_h, pad_w; /* rows above, columns left */
    int32_t in_offset;    /* minus the input zero point, [-127, 128] */
    int32_t out_offset;   /* the output zero point, [-128, 127] */
    int32_t out_min, out_max;
} tg_conv_2d_params;

/* 2-D convolution, int8 in and out, int32 accumulator, per-channel requantization.
 *
 * in          [batches][in_h][in_w][in_c]
 * weights     [out_c][filter_h][filter_w][filter_c]  symmetric
 * bias        [out_c]  scale = in_scale * weight_scale; may be NULL
 * multiplier  [out_c]  Q31
 * shift       [out_c]  in [-31, 30]
 * out         [batches][out_h][out_w][out_c]; must not overlap in */
void tg_conv_2d_s8(const tg_conv_2d_params *p, const int8_t *in, const int8_t *weights,
                   const int32_t *bias, const int32_t *multiplier, const int32_t *shift,
                   int8_t *out);

#endif
