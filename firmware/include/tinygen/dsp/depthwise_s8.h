/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_DSP_DEPTHWISE_S8_H
#define TINYGEN_DSP_DEPTHWISE_S8_H

#include "tinygen/kernels/conv_params.h"

/* Depthwise convolution with any window, one filter a channel, four channels at a time;
 * TFLM's requantization step by step, for any multiplier and shift.
 *
 * weights  [filter_h][filter_w][channels]  as TensorFlow has them
 *
 * in_c and out_c are equal, >= 4. The others are described with tg_conv_params. */
void tg_depthwise_dsp_s8(const tg_conv_params *p, const int8_t *in, const int8_t *weights,
                         const int32_t *bias, const int32_t *multiplier,
                         const int32_t *shift, int8_t *out);

#endif
