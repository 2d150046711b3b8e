/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/bytes.h"
#include "tinygen/mve/depthwise_s8.h"

enum { CHANNELS = 16, ROWS = 4, LANES = 4, TABLE_WORDS = 3 };

/* What all bands of a row of tiles have in common. */
typedef struct {
    const tg_mve_depthwise *p;
    tg_mve_tiles *tiles;
    const int8_t *padding; /* [CHANNELS] */
    int8_t *scratch;
    int32_t column_bytes; /* of a band */
    tg_mve_rows rows;
    int32_t next[ROWS];                 /* bytes from a row's channels to the next 16 */
    int32_t left, inside, right;        /* columns of padding, of the image, of padding */
    int32_t padded_left, padded_inside; /* those for which padding was filled last */
    tg_mve_band band;
} work;

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Find the columns of the input that some columns of a row of outputs read. */
static void find_rows(work *w, const int8_t *image, int32_t row, int32_t column,
                      int32_t columns)
{
    const tg_mve_depthwise *p = w->p;
    const tg_window *win = &p->window;
    const int32_t y = row * win->stride_h - win->pad_h;
    const int32_t x = column * win->stride_w - win->pad_w;
    const int32_t count =
        (columns - 1) * win->stride_w + (win->filter_w - 1) * win->dilation_w + 1;
    w->left = x < 0 ? smaller(-x, count) : 0;
    w->right =
        x + count > win->in_w ? smaller(x + count - win->in_w, count - w->left) : 0;
    w->inside = count - w->left - w->right;
    for (int32_t n = 0; n < ROWS; n++) {
        const int32_t at = y + n * win->dilation_h;
        const int is_inside = at >= 0 && at < win->in_h && w->inside > 0;
        w->rows.from[n] =
            is_inside ? image + (at * win->in_w + x + w->left) * p->in_step : w->padding;
        w->rows.step[n] = is_inside ? p->in_step : 0;
        w->next[n] = is_inside ? CHANNELS : 0;
    }
    if (p->kept_at != 0) {
        w->rows.kept = w->scratch + p->kept_at;
        if (row > 0) {
            w->rows.from[0] = w->rows.kept;
            w->rows.step[0] = CHANNELS;
            w->next[0] = CHANNELS * win->in_w;
        }
    }
}

/* Find the tiles of some columns of a row of outputs. */
static void find_tiles(work *w, int8_t *out, int32_t row, int32_t column, int32_t columns)
{
    const tg_mve_depthwise *p = w->p;
    const int is_quad = p->tile_rows == 2;
    const uint32_t rest = (uint32_t)(columns % p->tile_columns);
    const uint32_t rows = is_quad && row + 1 < p->window.out_h ? 0x101 : 1;
    const int32_t tiles = columns / p->tile_columns;
    const int32_t count = tiles + (rest > 0);
    tg_mve_band *b = &w->band;
    b->patch_step = (is_quad ? 2 : p->window.stride_w) * w->column_bytes;
    b->out_step = p->tile_columns * p->out_step;
    b->next_in = ROWS - count * (is_quad ? 1 : LANES) * b->patch_step;
    b->next_out = 1 - count * b->out_step;
    b->tiles = tiles;
    b->whole = is_quad ? 0xff * rows : 0xffff;
    b->rest = ((1U << (4 * rest)) - 1) * rows;
    b->out = out + (row * p->window.out_w + column) * p->out_step;
}

/* Fill the columns of padding, unless they are as the call before left them: columns that
 * are narrower than what turning writes spill into those on the right. */
static void pad(work *w)
{
    const int32_t zero = w->p->in_zero_point;
    const int is_same = w->left == w->padded_left && w->inside == w->padded_inside;
    if (is_same && w->column_bytes == ROWS * CHANNELS) {
        return;
    }
    tg_mve_fill(w->scratch, zero, w->left * w->column_bytes);
    tg_mve_fill(w->scratch + (w->left + w->inside) * w->column_bytes, zero,
                w->right * w->column_bytes);
    w->padded_left = w->left;
    w->padded_inside = w->inside;
}

static void turn(work *w, int32_t channels)
{
    int8_t *to = w->scratch + w->left * w->column_bytes;
    if (w->p->kept_at != 0) {
        tg_mve_turn_and_keep_s8(&w->rows, w->inside, channels, to, w->column_bytes);
        w->rows.kept += CHANNELS * w->p->window.in_w;
    } else {
        tg_mve_turn_s8(&w->rows, w->inside, channels, to, w->column_bytes);
    }
    pad(w);
}

/* Compute the tiles that were found, 16 channels at a time. */
static void convolve(work *w, const int8_t *weights, const int32_t *table)
{
    tg_mve_band *b = &w->band;
    b->weights = weights;
    b->table = table;
    for (int32_t left = w->p->channels; left > 0; left -= CHANNELS) {
        const int32_t channels = smaller(left, CHANNELS);
        turn(w, channels);
        b->weights_end = b->weights + 16 * channels;
        w->tiles(b);
        b->weights = b->weights_end;
        b->table += TABLE_WORDS * CHANNELS;
        b->out += CHANNELS;
        for (int32_t n = 0; n < ROWS; n++) {
            w->rows.from[n] += w->next[n];
        }
    }
}

void tg_mve_depthwise_s8(const tg_mve_depthwise *p, tg_mve_tiles *tiles, const int8_t *in,
                         const int8_t *weights, const int32_t *table, int8_t *scratch,
                         int8_t *out)
{
    const tg_window *win = &p->window;
    const uint32_t pixel = (uint32_t)p->out_step;
    const uint32_t below = pixel * (p->tile_rows == 2 ? (uint32_t)win->out_w : 2);
    const uint32_t outputs[LANES] = {0, pixel, below, below + pixel};
    work w = {.p = p, .tiles = tiles, .scratch = scratch, .padded_inside = -1};
    w.column_bytes = ROWS * smaller(p->channels, CHANNELS);
    const uint32_t apart = (uint32_t)(win->dilation_w * w.column_bytes);
    const uint32_t columns[LANES] = {0, apart, 2 * apart, 3 * apart};
    int8_t padding[CHANNELS];
    tg_mve_fill(padding, p->in_zero_point, CHANNELS);
    tg_mve_fill(scratch + p->spare_at, 0, p->spare_bytes);
    w.padding = padding;
    w.band.in = scratch;
    w.band.zero_point = p->out_zero_point;
    w.band.columns = columns;
    w.band.outputs = outputs;
    for (int32_t batch = 0; batch < p->batches; batch++) {
        for (int32_t row = 0; row < win->out_h; row += p->tile_rows) {
            for (int32_t at = 0; at < win->out_w; at += p->columns) {
                const int32_t count = smaller(p->columns, win->out_w - at);
                find_rows(&w, in, row, at, count);
                find_tiles(&w, out, row, at, count);
                convolve(&w, weights, table);
            }
        }
        in += win->in_h * win->in_w * p->in_step;
        out += win->out_h * win->out_w * p->out_step;
    }
}
