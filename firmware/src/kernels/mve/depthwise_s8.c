/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/bytes.h"
#include "tinygen/mve/depthwise_s8.h"

enum { CHANNELS = 16, ROWS = 4, LANES = 4, LANE_MASK = 0xf };

/* What stays the same from band to band. */
typedef struct {
    const tg_mve_depthwise *p;
    tg_mve_tiles *tiles;
    const int8_t *weights;
    const int32_t *table;
    int8_t *scratch;
    int8_t padding[CHANNELS];
    uint32_t outputs[LANES];
} work;

/* Where a band's outputs lie. */
typedef struct {
    const int8_t *image;
    int8_t *out; /* of the image */
    int32_t row, column, columns, channel, channels;
} place;

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Turn the input's columns that a band's outputs read; those outside are padding. */
static void turn(const work *w, const place *at)
{
    const tg_mve_depthwise *p = w->p;
    const tg_window *win = &p->window;
    const int32_t y = at->row * win->stride_h - win->pad_h;
    const int32_t x = at->column * win->stride_w - win->pad_w;
    const int32_t end =
        x + (at->columns - 1) * win->stride_w + (win->filter_w - 1) * win->dilation_w + 1;
    const int32_t left = x < 0 ? smaller(-x, end - x) : 0;
    const int32_t right = end > win->in_w ? smaller(end - win->in_w, end - x - left) : 0;
    const int32_t inside = end - x - left - right;
    tg_mve_rows rows;
    for (int32_t n = 0; n < ROWS; n++) {
        const int32_t row = y + n * win->dilation_h;
        const int is_inside = row >= 0 && row < win->in_h && inside > 0;
        const int32_t first = (row * win->in_w + x + left) * p->channels + at->channel;
        rows.from[n] = is_inside ? at->image + first : w->padding;
        rows.step[n] = is_inside ? p->channels : 0;
    }
    const int32_t step = ROWS * at->channels;
    tg_mve_fill(w->scratch, p->in_zero_point, left * step);
    tg_mve_turn_s8(&rows, inside, at->channels, w->scratch + left * step);
    tg_mve_fill(w->scratch + (left + inside) * step, p->in_zero_point, right * step);
}

static void multiply(const work *w, const place *at)
{
    const tg_mve_depthwise *p = w->p;
    const int32_t step = ROWS * at->channels;
    const uint32_t apart = (uint32_t)(p->window.dilation_w * step);
    const uint32_t columns[LANES] = {0, apart, 2 * apart, 3 * apart};
    const int is_quad = p->tile_rows == 2;
    const uint32_t rest = (uint32_t)(at->columns % p->tile_columns);
    uint32_t some = (1U << (4 * rest)) - 1;
    uint32_t all = 0xffff;
    if (is_quad) {
        const uint32_t rows = at->row + 1 < p->window.out_h ? 0x101 : 1;
        all = 0xff * rows;
        some *= rows;
    }
    const int32_t tiles = at->columns / p->tile_columns;
    const int32_t count = tiles + (rest > 0);
    const int32_t patch_step = (is_quad ? 2 : p->window.stride_w) * step;
    const int32_t out_step = p->tile_columns * p->channels;
    const int32_t first =
        (at->row * p->window.out_w + at->column) * p->channels + at->channel;
    const tg_mve_band band = {
        .in = w->scratch,
        .patch_step = patch_step,
        .out_step = out_step,
        .next_in = ROWS - count * (is_quad ? 1 : LANES) * patch_step,
        .next_out = 1 - count * out_step,
        .tiles = tiles,
        .whole = all,
        .rest = some,
        .zero_point = p->out_zero_point,
        .out = at->out + first,
        .weights = w->weights + 16 * at->channel,
        .weights_end = w->weights + 16 * (at->channel + at->channels),
        .table = w->table + 3 * at->channel,
        .columns = columns,
        .outputs = w->outputs,
    };
    w->tiles(&band);
}

static void convolve_rows(const work *w, place *at)
{
    const tg_mve_depthwise *p = w->p;
    for (at->channel = 0; at->channel < p->channels; at->channel += CHANNELS) {
        at->channels = smaller(CHANNELS, p->channels - at->channel);
        for (at->column = 0; at->column < p->window.out_w; at->column += p->columns) {
            at->columns = smaller(p->columns, p->window.out_w - at->column);
            turn(w, at);
            multiply(w, at);
        }
    }
}

void tg_mve_depthwise_s8(const tg_mve_depthwise *p, tg_mve_tiles *tiles, const int8_t *in,
                         const int8_t *weights, const int32_t *table, int8_t *scratch,
                         int8_t *out)
{
    const tg_window *win = &p->window;
    const uint32_t pixel = (uint32_t)p->channels;
    const uint32_t row = pixel * (uint32_t)win->out_w;
    const uint32_t below = p->tile_rows == 2 ? row : 2 * pixel;
    work w = {p, tiles, weights, table, scratch, {0}, {0, pixel, below, below + pixel}};
    tg_mve_fill(w.padding, p->in_zero_point, CHANNELS);
    place at = {.image = in, .out = out};
    for (int32_t batch = 0; batch < p->batches; batch++) {
        for (at.row = 0; at.row < win->out_h; at.row += p->tile_rows) {
            convolve_rows(&w, &at);
        }
        at.image += win->in_h * win->in_w * p->channels;
        at.out += win->out_h * win->out_w * p->channels;
    }
}
