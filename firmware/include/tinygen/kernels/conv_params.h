/* SPDX-License-Identifier: Apache-2.0 */
/* What the portable convolutions take, and the sizes and tables they have in common. */
#ifndef TINYGEN_KERNELS_CONV_PARAMS_H
#define TINYGEN_KERNELS_CONV_PARAMS_H

#include <stdint.h>

#include "tinygen/kernels/output_s8.h"
#include "tinygen/kernels/window.h"

/* With all of them:
 *   in          [batches][in rows][in columns][in_c]
 *   bias        [out_c]  scale = in_scale * weight_scale; may be NULL
 *   multiplier  [out_c]  Q31, 0 or in [2^30, 2^31)
 *   shift       [out_c]  in [-31, 30]
 *   out         [batches][out rows][out columns][out_c]; must not overlap in */
typedef struct {
    tg_window window;
    int32_t batches;
    int32_t in_c, out_c;
    int32_t in_step, out_step; /* bytes from one pixel to the next: in_c, out_c, or more
                                * where these are some of the channels */
    int32_t groups;            /* divides in_c and out_c */
    int32_t in_offset;         /* minus the input zero point, [-127, 128] */
    tg_output output;
} tg_conv_params;

#endif
