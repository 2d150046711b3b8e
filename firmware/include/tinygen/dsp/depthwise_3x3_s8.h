/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_DSP_DEPTHWISE_3X3_S8_H
#define TINYGEN_DSP_DEPTHWISE_3X3_S8_H

#include "tinygen/kernels/window.h"

/* Planes: four channels of a tile of the input, expanded to 16 bits, by pairs of columns:
 *     [4 channels][column pairs][16 rows]  lanes (left column, right column)
 * so that the three rows of a window follow each other. */
enum {
    TG_PLANE_ROWS = 16,
    TG_PLANE_PAIRS = 9,
    TG_PLANE_BYTES = 4 * 4 * TG_PLANE_ROWS * TG_PLANE_PAIRS
};

/* One to four channels of a tile; the functions move the pointers on as they go.
 *
 * weights  4 bytes a filter row: w0, w1, w1, w2
 * scale    bias * 2, multiplier, rounding and shift as in tg_matmul_args for two steps;
 *          relu: bias, multiplier, rounding as there for one step and channel a
 * Sums are within (-2^30, 2^30), in two steps those of twice filter and bias. */
typedef struct {
    const uint32_t *x;
    int8_t *out;
    uint32_t out_step; /* bytes to the next output column */
    const int32_t *scale;
    const int8_t *weights;
    uint32_t row_step;   /* bytes to the next output row; 0 if there is one row */
    uint32_t x_bytes;    /* of one column pair that the output rows take */
    uint32_t strips;     /* output columns or pairs of them */
    uint32_t strip_step; /* bytes of output from one to the next */
    uint32_t plane_bytes;
    uint32_t channels; /* > 0 */
    uint32_t single;   /* columns after the pairs: 0 or 1, by pairs functions for relu */
} tg_depthwise_strips;

typedef void tg_depthwise_strip(tg_depthwise_strips *s);

/* What a filter does to the columns of a tile: pairs at stride 1, single columns. The
 * relu functions are for outputs where negative values are cut off, as in tg_matmul_args;
 * their pairs, of which there may be none, are followed by a single column.
 */
typedef struct {
    tg_depthwise_strip *pairs;  /* NULL at stride 2 */
    tg_depthwise_strip *single; /* NULL where pairs does it */
} tg_depthwise_strip_set;

extern const tg_depthwise_strip_set tg_depthwise_stride1_s8, tg_depthwise_stride1_relu_s8,
    tg_depthwise_stride2_s8, tg_depthwise_stride2_relu_s8;

typedef struct {
    tg_window window; /* 3x3, strides equal, not dilated */
    int32_t batches;
    int32_t channels;          /* >= 4 */
    int32_t in_step, out_step; /* bytes from one pixel to the next */
    int32_t in_zero_point;
    int32_t band_rows; /* output rows computed together: 1 to 14, at stride 2 to 7; inputs
                        * of later ones may lie under the output */
    int32_t columns;   /* output columns computed together: 2 to 16 and even, at stride 2
                        * to 8; or all that there are */
    int32_t kept_at;   /* in place: where columns are kept in scratch, in words */
} tg_depthwise_args;

/* 3x3 depthwise convolution, one filter a channel.
 *
 * in       [batches][in rows][in columns][channels]
 * weights  [channels][3][4]
 * scale    [channels][3]
 * scratch  TG_PLANE_BYTES, or less where images are narrow, 4-byte aligned
 * out      [batches][out rows][out columns][channels]  saturated only
 *
 * out may be in: at stride 1, for one batch, as many rows and columns out as in, and
 * in_step that is out_step. What four channels still need is kept before outputs take its
 * place: the last two rows of a band in the planes, and, where columns is less than the
 * image's, the last column of a tile at kept_at, a word a row; then pad_w is at most 1.
 */
void tg_depthwise_3x3_s8(const tg_depthwise_args *p, const tg_depthwise_strip_set *set,
                         const int8_t *in, const int8_t *weights, const int32_t *scale,
                         uint32_t *scratch, int8_t *out);

/* The same without what works in place: out is not in. */
void tg_depthwise_apart_3x3_s8(const tg_depthwise_args *p,
                               const tg_depthwise_strip_set *set, const int8_t *in,
                               const int8_t *weights, const int32_t *scale,
                               uint32_t *scratch, int8_t *out);

#endif
