/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_CONV_2D_S8_H
#define TINYGEN_KERNELS_CONV_2D_S8_H

#include "tinygen/kernels/conv_params.h"

/* 2-D convolution, int8 in and out, int32 accumulator, per-channel requantization.
 *
 * weights     [out_c][filter_h][filter_w][in_c / groups]  symmetric
 *
 * The others are described with tg_conv_params. */
void tg_conv_2d_s8(const tg_conv_params *p, const int8_t *in, const int8_t *weights,
                   const int32_t *bias, const int32_t *multiplier, const int32_t *shift,
                   int8_t *out);

#endif
