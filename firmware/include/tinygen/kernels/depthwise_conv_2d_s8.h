/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_DEPTHWISE_CONV_2D_S8_H
#define TINYGEN_KERNELS_DEPTHWISE_CONV_2D_S8_H

#include "tinygen/kernels/conv_params.h"

/* Depthwise 2-D convolution, int8 in and out, int32 accumulator, per-channel
 * requantization; output channel c reads input channel c / (out_c / in_c).
 *
 * weights     [filter_h][filter_w][out_c]  symmetric
 * groups      is in_c
 *
 * The others are described with tg_conv_params. */
void tg_depthwise_conv_2d_s8(const tg_conv_params *p, const int8_t *in,
                             const int8_t *weights, const int32_t *bias,
                             const int32_t *multiplier, const int32_t *shift,
                             int8_t *out);

#endif
