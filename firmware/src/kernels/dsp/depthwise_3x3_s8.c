/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/depthwise_3x3_s8.h"

#include <stddef.h>

#include "tinygen/dsp/expand_row.h"
#include "tinygen/dsp/intrinsics.h"

/* A tile of the output, and where its windows begin in the input. */
typedef struct {
    const int8_t *image;
    int32_t y, x;
    int32_t in_rows;
    int32_t out_rows, out_columns;
    int32_t pairs;        /* of input columns */
    const uint32_t *kept; /* the first column, by row of the image; or NULL */
} tile;

/* Two columns of four channels, and bytes from one row to the next in each. */
typedef struct {
    const int8_t *left, *right;
    int32_t left_step, right_step;
} column_pair;

/* Expand count > 0 rows of a column pair to four planes, plane words apart, two rows a
 * turn; an odd one begins in the middle. Not inline: it needs nearly all registers. */
static __attribute__((noinline)) void expand_rows(column_pair c, int32_t count,
                                                  int32_t plane, uint32_t *to)
{
#if TG_DSP
    uint32_t *last = to + 3 * plane;
    const int32_t odd = count & 1;
    c.left -= odd * c.left_step; /* each row's address is read from the turn's second */
    c.right -= odd * c.right_step;
    __asm volatile(
        "lsrs %[count], %[count], #1\n"
        "bcc 1f\n"
        "add %[count], %[count], #1\n"
        "b 2f\n"
        "1:\n"
        "ldr r4, [%[left]]\n"
        "ldr r5, [%[right]]\n" TG_EXPAND_ROW "2:\n"
        "ldr r4, [%[left], %[left_step]]\n"
        "ldr r5, [%[right], %[right_step]]\n"
        "add %[left], %[left], %[left_step], lsl #1\n"
        "add %[right], %[right], %[right_step], lsl #1\n" TG_EXPAND_ROW
        "subs %[count], %[count], #1\n"
        "bne 1b\n"
        : [left] "+r"(c.left), [right] "+r"(c.right), [count] "+r"(count), [to] "+r"(to),
          [last] "+r"(last)
        : [left_step] "r"(c.left_step), [right_step] "r"(c.right_step), [plane] "r"(plane)
        : "r4", "r5", "r6", "r8", "cc", "memory");
#else
    for (; count > 0; count--, to++) {
        const uint32_t left = tg_load4(c.left);
        const uint32_t right = tg_load4(c.right);
        const uint32_t low = tg_bottoms(left, right);
        const uint32_t high = tg_tops(left, right);
        to[0] = tg_sxtb16(low);
        to[plane] = tg_sxtb16_odd(low);
        to[2 * plane] = tg_sxtb16(high);
        to[3 * plane] = tg_sxtb16_odd(high);
        c.left += c.left_step;
        c.right += c.right_step;
    }
#endif
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* What of the planes to fill with padding. It is the same for all channels. */
typedef struct {
    int rows, columns; /* flags: above and below the image; left and right of it */
} padding_to_write;

/* Expand four channels of the tile's input, the first at image, to planes. */
static void expand(const tg_depthwise_args *p, const tile *t, const int8_t *image,
                   padding_to_write write, uint32_t *to)
{
    const tg_window *w = &p->window;
    const int8_t zero[4] = {(int8_t)p->in_zero_point, (int8_t)p->in_zero_point,
                            (int8_t)p->in_zero_point, (int8_t)p->in_zero_point};
    const column_pair padding = {zero, zero, 0, 0};
    const int32_t row_step = w->in_w * p->in_step;
    const int32_t plane = t->pairs * TG_PLANE_ROWS;
    const int32_t first = larger(t->y, 0);
    const int32_t rows = smaller(t->y + t->in_rows, w->in_h) - first;
    const int32_t above = first - t->y;
    const int32_t below = t->in_rows - above - rows;
    for (int32_t x = t->x; x < t->x + 2 * t->pairs; x += 2, to += TG_PLANE_ROWS) {
        const int is_inside = rows > 0 && x >= -1 && x < w->in_w;
        if (!is_inside) {
            if (write.columns || (write.rows && rows <= 0)) {
                expand_rows(padding, t->in_rows, plane, to);
            }
            continue;
        }
        if (write.rows && above > 0) {
            expand_rows(padding, above, plane, to);
        }
        if (write.rows && below > 0) {
            expand_rows(padding, below, plane, to + above + rows);
        }
        column_pair c = padding;
        if (x >= 0) {
            c.left = &image[first * row_step + x * p->in_step];
            c.left_step = row_step;
        }
        if (t->kept != NULL && x == t->x) {
            c.left = (const int8_t *)&t->kept[first];
            c.left_step = sizeof *t->kept;
        }
        if (x + 1 < w->in_w) {
            c.right = &image[first * row_step + (x + 1) * p->in_step];
            c.right_step = row_step;
        }
        expand_rows(c, rows, plane, to + (first - t->y));
    }
}

/* Compute count strips of the next four channels or fewer. */
static void run_strips(tg_depthwise_strip *strip, const tg_depthwise_strips *channels,
                       int32_t first_pair, int32_t count, uint32_t columns)
{
    tg_depthwise_strips s = *channels;
    s.x += first_pair * TG_PLANE_ROWS;
    s.out += 2 * first_pair * (int32_t)s.out_step;
    s.strips = (uint32_t)count;
    s.strip_step = columns * s.out_step;
    strip(&s);
}

/* Compute up to four channels of a tile from the planes, of which first is the first. */
static void run_channels(const tg_depthwise_args *p, const tg_depthwise_strip_set *set,
                         const tile *t, int32_t channel, const int8_t *weights,
                         const int32_t *scale, uint32_t *planes, int8_t *out)
{
    const int32_t doubles = set->pairs != NULL ? t->out_columns / 2 : 0;
    const int32_t singles = t->out_columns - 2 * doubles;
    const int32_t first = smaller(channel, p->channels - 4);
    tg_depthwise_strips s = {
        .x = &planes[(channel - first) * t->pairs * TG_PLANE_ROWS],
        .out = &out[channel],
        .out_step = (uint32_t)p->out_step,
        .row_step = (uint32_t)(t->out_rows > 1 ? p->window.out_w * p->out_step : 0),
        .x_bytes = (uint32_t)(4 * t->out_rows * p->window.stride_h),
        .plane_bytes = (uint32_t)(4 * t->pairs * TG_PLANE_ROWS),
        .scale = &scale[3 * channel],
        .weights = &weights[12 * channel],
        .channels = (uint32_t)(4 - (channel - first)),
    };
    if (set->single == NULL) {
        s.single = (uint32_t)singles;
        run_strips(set->pairs, &s, 0, doubles, 2);
        return;
    }
    if (doubles > 0) {
        run_strips(set->pairs, &s, 0, doubles, 2);
    }
    if (singles > 0) {
        run_strips(set->single, &s, doubles, singles, 1);
    }
}

static void run_tile(const tg_depthwise_args *p, const tg_depthwise_strip_set *set,
                     const tile *t, const int8_t *weights, const int32_t *scale,
                     uint32_t *planes, int8_t *out)
{
    for (int32_t channel = 0; channel < p->channels; channel += 4) {
        const int32_t first = smaller(channel, p->channels - 4);
        const padding_to_write write = {channel == 0, channel == 0};
        expand(p, t, &t->image[first], write, planes);
        run_channels(p, set, t, channel, weights, scale, planes, out);
    }
}

/* Move rows of the planes, from row on, to their front. */
static void carry(uint32_t *planes, int32_t columns, int32_t row, int32_t rows)
{
    for (; columns > 0; columns--, planes += TG_PLANE_ROWS) {
        for (int32_t n = 0; n < rows; n++) {
            planes[n] = planes[row + n];
        }
    }
}

/* Keep column x of the tile's input, four channels, by row of the image. */
static void keep(const tg_depthwise_args *p, const tile *t, const int8_t *image,
                 int32_t x, uint32_t *kept)
{
    const tg_window *w = &p->window;
    const int32_t end = smaller(t->y + t->in_rows, w->in_h);
    for (int32_t y = larger(t->y, 0); y < end; y++) {
        kept[y] = tg_load4(&image[(y * w->in_w + x) * p->in_step]);
    }
}

/* Compute four channels of some columns, all bands of them. */
static void run_columns(const tg_depthwise_args *p, const tg_depthwise_strip_set *set,
                        tile *t, int32_t channel, const int8_t *weights,
                        const int32_t *scale, uint32_t *scratch, int8_t *out)
{
    const tg_window *w = &p->window;
    const int8_t *image = &t->image[smaller(channel, p->channels - 4)];
    const int32_t next = t->x + w->pad_w + t->out_columns;
    const int is_only = t->out_columns == w->out_w;
    for (int32_t y = 0; y < w->out_h; y += p->band_rows) {
        const int32_t carried = y > 0 ? 2 : 0;
        if (carried > 0) {
            carry(scratch, 4 * t->pairs, t->out_rows, carried);
        }
        t->out_rows = smaller(p->band_rows, w->out_h - y);
        t->y = y - w->pad_h + carried;
        t->in_rows = t->out_rows + 2 - carried;
        const padding_to_write write = {1, y == 0 && (channel == 0 || !is_only)};
        expand(p, t, image, write, scratch + carried);
        if (next < w->out_w && w->pad_w > 0) {
            keep(p, t, image, next - 1, scratch + p->kept_at);
        }
        run_channels(p, set, t, channel, weights, scale, scratch,
                     &out[y * w->out_w * p->out_step]);
    }
}

static void run_in_place(const tg_depthwise_args *p, const tg_depthwise_strip_set *set,
                         const int8_t *in, const int8_t *weights, const int32_t *scale,
                         uint32_t *scratch, int8_t *out)
{
    const tg_window *w = &p->window;
    tile t = {.image = in};
    for (int32_t channel = 0; channel < p->channels; channel += 4) {
        for (int32_t x = 0; x < w->out_w; x += p->columns) {
            t.x = x - w->pad_w;
            t.kept = x > 0 && w->pad_w > 0 ? scratch + p->kept_at : NULL;
            t.out_columns = smaller(p->columns, w->out_w - x);
            t.pairs = 1 + (t.out_columns + 1) / 2;
            run_columns(p, set, &t, channel, weights, scale, scratch,
                        &out[x * p->out_step]);
        }
    }
}

void tg_depthwise_apart_3x3_s8(const tg_depthwise_args *p,
                               const tg_depthwise_strip_set *set, const int8_t *in,
                               const int8_t *weights, const int32_t *scale,
                               uint32_t *scratch, int8_t *out)
{
    const tg_window *w = &p->window;
    const int32_t stride = w->stride_h;
    tile t = {.image = in};
    for (int32_t batch = 0; batch < p->batches; batch++) {
        for (int32_t y = 0; y < w->out_h; y += p->band_rows) {
            t.y = y * stride - w->pad_h;
            t.out_rows = smaller(p->band_rows, w->out_h - y);
            t.in_rows = (t.out_rows - 1) * stride + 3;
            for (int32_t x = 0; x < w->out_w; x += p->columns) {
                t.x = x * stride - w->pad_w;
                t.out_columns = smaller(p->columns, w->out_w - x);
                t.pairs = 1 + (stride == 1 ? (t.out_columns + 1) / 2 : t.out_columns);
                run_tile(p, set, &t, weights, scale, scratch,
                         &out[(y * w->out_w + x) * p->out_step]);
            }
        }
        t.image += w->in_h * w->in_w * p->in_step;
        out += w->out_h * w->out_w * p->out_step;
    }
}

void tg_depthwise_3x3_s8(const tg_depthwise_args *p, const tg_depthwise_strip_set *set,
                         const int8_t *in, const int8_t *weights, const int32_t *scale,
                         uint32_t *scratch, int8_t *out)
{
    if (in == out) {
        run_in_place(p, set, in, weights, scale, scratch, out);
    } else {
        tg_depthwise_apart_3x3_s8(p, set, in, weights, scale, scratch, out);
    }
}
