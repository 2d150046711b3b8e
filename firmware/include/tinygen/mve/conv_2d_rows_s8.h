/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_CONV_2D_ROWS_S8_H
#define TINYGEN_MVE_CONV_2D_ROWS_S8_H

#include "tinygen/mve/conv_2d_s8.h"

/* 2-D convolution without groups, a row of outputs at a time: the image rows under it are
 * laid out column by column, so that each window is a run of bytes and windows side by
 * side share theirs. Columns are not dilated, and weights have filter columns before
 * filter rows.
 *
 * in       [batches][in rows][in columns][in_c]
 * scratch  [(out columns - 1) * stride + filter columns][filter rows][in_c], padding
 * being the input's zero point, and what pads a window to 16 * blocks out [batches][out
 * rows][out columns][out_c] */
void tg_mve_conv_2d_rows_s8(const tg_mve_conv_2d *p, const tg_mve_product_set *product,
                            const int8_t *in, int8_t *scratch, int8_t *out);

#endif
