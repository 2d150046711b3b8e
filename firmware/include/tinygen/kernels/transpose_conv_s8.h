/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_TRANSPOSE_CONV_S8_H
#define TINYGEN_KERNELS_TRANSPOSE_CONV_S8_H

#include "tinygen/kernels/conv_params.h"

/* Transposed 2-D convolution, int8 in and out, int32 accumulator, per-channel
 * requantization: each input adds its multiple of the filter to the output.
 *
 * weights     [out_c][filter_h][filter_w][in_c]  symmetric
 * window      slides over the output and writes the input: its in_h, in_w are the
 *             output's size and its out_h, out_w the input's; dilation is 1
 * groups      is 1
 *
 * The others are described with tg_conv_params. Needs no scratch: each output gathers
 * the inputs that reach it. */
void tg_transpose_conv_s8(const tg_conv_params *p, const int8_t *in,
                          const int8_t *weights, const int32_t *bias,
                          const int32_t *multiplier, const int32_t *shift, int8_t *out);

#endif
