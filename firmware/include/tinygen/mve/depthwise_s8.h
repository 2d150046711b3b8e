/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_DEPTHWISE_S8_H
#define TINYGEN_MVE_DEPTHWISE_S8_H

#include "tinygen/kernels/window.h"

/* A band: four rows of up to 16 channels of the input, turned so that a vector holds a
 * patch of 4 x 4 values of a channel:
 *     [columns][channels][4 rows]
 * A tile: four outputs of a channel, of one patch in two rows and two columns, or of four
 * patches side by side. */
typedef struct {
    const int8_t *in;             /* the band */
    int32_t patch_step, out_step; /* bytes from patch to patch, and from tile to tile */
    int32_t next_in, next_out;    /* bytes from a channel's end to the next one's begin */
    int32_t tiles;                /* whole ones */
    uint32_t whole, rest;         /* lanes to store of those, and of one more unless 0 */
    int32_t zero_point;           /* of the output */
    int8_t *out;
    const int8_t *weights, *weights_end; /* [channels][4 columns][4 rows] */
    const int32_t *table;                /* [channels][3] as in tg_mve_product */
    const uint32_t *columns, *outputs; /* [4] bytes from a patch to its columns, and from
                                        * the first output of a tile to each */
} tg_mve_band;

/* Forms as in product_s8.h. quad: 3x3 at stride 1; weights come after 4 bytes that are 0,
 * and so do the last column's and row's. row: up to 4x4. Outputs are saturated only. */
typedef void tg_mve_tiles(const tg_mve_band *band);
tg_mve_tiles tg_mve_quad_relu_s8, tg_mve_quad_plain_s8;
tg_mve_tiles tg_mve_row_relu_s8, tg_mve_row_plain_s8;

typedef struct {
    tg_window window;
    int32_t batches;
    int32_t channels;
    int32_t in_step, out_step; /* bytes from one pixel to the next */
    int32_t in_zero_point, out_zero_point;
    int32_t tile_rows, tile_columns; /* 2, 2: quad; 1, 4: row */
    int32_t columns;                 /* of the output, computed at a time; whole tiles */
    int32_t
        kept_at; /* 0: no row is kept; else bytes from scratch to the one above a tile */
    int32_t spare_at, spare_bytes; /* of scratch, that patches read for no output */
} tg_mve_depthwise;

/* Depthwise convolution, one filter a channel.
 *
 * Where a row is kept, quads of an output as large as the input may take its place: the
 * last row that a row of tiles overwrites is what the next one reads first. So there is
 * one row of padding above, and all columns are computed at a time.
 *
 * in       [batches][in rows][in columns][channels]
 * weights  as in tg_mve_band, for all channels
 * table    [channels][3]
 * scratch  a band, 4-byte aligned; at kept_at [channels / 16, rounded up][in columns][16]
 * out      [batches][out rows][out columns][channels] */
void tg_mve_depthwise_s8(const tg_mve_depthwise *p, tg_mve_tiles *tiles, const int8_t *in,
                         const int8_t *weights, const int32_t *table, int8_t *scratch,
                         int8_t *out);

/* Where four rows of a band come from, and how far their columns lie apart. */
typedef struct {
    const int8_t *from[4];
    int32_t step[4];
    int8_t *kept; /* [columns][16] a copy of the third row, where it is kept */
} tg_mve_rows;

/* Turn columns of some channels into a band; 64 bytes are written of each column, so some
 * behind the last one, too. The kept row may be the first one.
 *
 * columns       >= 0
 * channels      in [1, 16]
 * column_bytes  of the band, 4 * channels or more */
void tg_mve_turn_s8(const tg_mve_rows *rows, int32_t columns, int32_t channels,
                    int8_t *to, int32_t column_bytes);
void tg_mve_turn_and_keep_s8(const tg_mve_rows *rows, int32_t columns, int32_t channels,
                             int8_t *to, int32_t column_bytes);

#endif
