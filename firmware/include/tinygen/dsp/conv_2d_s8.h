/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_DSP_CONV_2D_S8_H
#define TINYGEN_DSP_CONV_2D_S8_H

#include "tinygen/dsp/matmul_s8.h"
#include "tinygen/kernels/output_s8.h"
#include "tinygen/kernels/window.h"

typedef struct {
    tg_window window;
    int32_t batches;
    int32_t in_c, out_c; /* out_c > 1 */
    int32_t out_step;    /* bytes from one output pixel to the next */
    int32_t in_zero_point;
    int32_t rows;       /* of the filter, gathered at a time */
    uint32_t blocks;    /* of 4 values that this many rows give, rounded up */
    int32_t stage_step; /* bytes of in_c channels of the columns that an output row reads:
                         * tg_gather_staged_s8 only */
    tg_output output;   /* tg_conv_2d_split_s8 only */
} tg_conv_args;

/* Where a window begins: row and column may lie in the padding. */
typedef struct {
    const int8_t *image;
    int32_t y, x;
    int is_row_start; /* of the output */
} tg_position;

/* Expand rows [first, first + p->rows) of three windows to x, as tg_matmul_args says;
 * padding is the input's zero point. */
typedef void tg_gather(const tg_conv_args *p, const tg_position *at, int32_t first,
                       uint32_t *x);

tg_gather tg_gather_pixel_s8;   /* 1x1 without padding */
tg_gather tg_gather_words_s8;   /* in_c % 4 == 0; columns not dilated */
tg_gather tg_gather_staged_s8;  /* all rows, columns not dilated; x is followed by
                                 * 3 * 4 * blocks + 4 + filter_h * stage_step + 3 bytes
                                 * that stay as they are until the next call */
tg_gather tg_gather_patches_s8; /* any; x is followed by 3 * 4 * blocks bytes */

/* 2-D convolution, int8, without groups, three output pixels at a time in raster order.
 *
 * in       [batches][in rows][in columns][in_c]
 * weights, table: as tg_matmul_args says, pairs of channels 0 1, 2 3, ...; the last pair
 * of an odd out_c is its last two. The input's zero point is in the biases scratch  24 *
 * blocks bytes and what the gather needs, 4-byte aligned out      [batches][out rows][out
 * columns][out_c]  saturated only */
void tg_conv_2d_dsp_s8(const tg_conv_args *p, tg_gather *gather, tg_matmul *matmul,
                       const int8_t *in, const void *weights, const int32_t *table,
                       void *scratch, int8_t *out);

/* Turn the sums of a pair of channels, as tg_accumulate_args has them, into outputs of
 * count pixels; scale: four words of the table. */
typedef void tg_finish(const tg_conv_args *p, const int32_t *acc, const int32_t *scale,
                       int32_t count, int8_t *out);

tg_finish tg_finish_packed_s8, tg_finish_wide_s8; /* the table is tg_matmul_args's */
tg_finish tg_finish_exact_s8; /* wide; scale is multiplier and shift of a and of b, and
                               * TFLM's arithmetic is done step by step: for any of them,
                               * and sums of any size */

/* The same p->rows filter rows at a time, summed in scratch: for large filters.
 *
 * weights  [filter_h / rows][pairs][blocks]
 * scratch  also 12 * (out_c + 1) bytes, in front */
void tg_conv_2d_split_s8(const tg_conv_args *p, tg_gather *gather,
                         tg_accumulate *accumulate, tg_finish *finish, const int8_t *in,
                         const void *weights, const int32_t *table, void *scratch,
                         int8_t *out);

#endif
