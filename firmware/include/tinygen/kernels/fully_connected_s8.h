/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_FULLY_CONNECTED_S8_H
#define TINYGEN_KERNELS_FULLY_CONNECTED_S8_H

#include "tinygen/kernels/output_s8.h"

typedef struct {
    int32_t rows; /* of in and out */
    int32_t depth, out_c;
    int32_t in_offset;      /* minus the input zero point, [-127, 128] */
    int32_t weights_offset; /* minus the weights' zero point, [-127, 128] */
    int32_t channel_step;   /* 1: a multiplier and a shift a channel; 0: one for all */
    tg_output output;
} tg_fully_connected_params;

/* Fully connected layer, int8 in and out, int32 accumulator.
 *
 * in          [rows][depth]
 * weights     [out_c][depth]
 * bias        [out_c]  scale = in_scale * weight_scale; may be NULL
 * multiplier  [out_c] or [1]  Q31, 0 or in [2^30, 2^31)
 * shift       [out_c] or [1]  in [-31, 30]
 * out         [rows][out_c]; must not overlap in */
void tg_fully_connected_s8(const tg_fully_connected_params *p, const int8_t *in,
                           const int8_t *weights, const int32_t *bias,
                           const int32_t *multiplier, const int32_t *shift, int8_t *out);

#endif
