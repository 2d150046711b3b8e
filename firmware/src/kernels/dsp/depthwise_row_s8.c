/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/depthwise_row_s8.h"

#include "tinygen/dsp/expand_row.h"
#include "tinygen/dsp/intrinsics.h"

enum { FILTER_ROWS = 3, CHANNELS = 4 };

/* Where three rows of a tile begin: at column x, which may lie left of the image. */
typedef struct {
    const int8_t *rows[FILTER_ROWS]; /* NULL: above or below the image */
    int32_t x, in_w, in_step;
    uint32_t zero; /* four bytes of padding */
} tile;

/* Up to four channels of a row; the function moves the pointers on as it goes. */
typedef struct {
    const uint32_t *x; /* [channels][pairs of columns][3 rows] */
    int8_t *out;
    uint32_t out_step;
    int8_t *pairs_end; /* out after whole pairs of columns */
    const int32_t *scale;
    const int8_t *weights;
    int32_t back;    /* bytes from pairs_end to the next channel's out */
    uint32_t single; /* columns after the pairs: 0 or 1 */
    uint32_t channels;
} row_args;

#if TG_DSP

#define EXPAND_ROW(from)                                                                 \
    "ldr r4, [" from "]\n"                                                               \
    "ldr r5, [" from ", %[step]]\n"                                                      \
    "add " from ", " from ", %[step], lsl #1\n" TG_EXPAND_ROW

/* Expand count > 0 pairs of columns, three rows of four channels. Not inline: it needs
 * nearly all registers. */
static __attribute__((noinline)) void expand_pairs(const int8_t *a, const int8_t *b,
                                                   const int8_t *c, int32_t step,
                                                   int32_t count, int32_t plane,
                                                   uint32_t *to)
{
    uint32_t *last = to + 3 * plane;
    __asm volatile("1:\n" EXPAND_ROW("%[a]") EXPAND_ROW("%[b]")
                       EXPAND_ROW("%[c]") "subs %[count], %[count], #1\n"
                                          "bne 1b\n"
                   : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [count] "+r"(count),
                     [to] "+r"(to), [last] "+r"(last)
                   : [step] "r"(step), [plane] "r"(plane)
                   : "r4", "r5", "r6", "r8", "cc", "memory");
}

/* Registers: r0 x, r1 out, r4 to r6 weights (w0, w1) of three rows, r7 to r9 (w1, w2),
 * r12 lr column pairs; r2 r3 sums of the left pair, r10 r11 of the right one. Stack: 0 4
 * bias, 8 multiplier, 12 rounding, 16 out_step, 20 pairs_end, 24 scale, 28 weights, 32
 * back, 36 single, 40 channels. */
static void run_row(const row_args *m)
{
    register const void *r0 __asm("r0") = m;
    __asm volatile("ldmia r0, {r1-r9}\n"
                   "sub sp, sp, #48\n"
                   "strd r3, r4, [sp, #16]\n"
                   "strd r5, r6, [sp, #24]\n"
                   "strd r7, r8, [sp, #32]\n"
                   "str r9, [sp, #40]\n"
                   "mov r0, r1\n"
                   "mov r1, r2\n"
                   "3:\n"
                   "ldrd r10, r11, [sp, #24]\n"
                   "ldmia r10!, {r2, r3, r12}\n"
                   "ldmia r11!, {r4, r5, r6}\n"
                   "strd r10, r11, [sp, #24]\n"
                   "strd r3, r12, [sp, #8]\n"
                   "strd r2, r2, [sp]\n"
                   "mov r3, r2\n"
                   "sxtb16 r7, r4, ror #8\n"
                   "sxtb16 r8, r5, ror #8\n"
                   "sxtb16 r9, r6, ror #8\n"
                   "sxtb16 r4, r4\n"
                   "sxtb16 r5, r5\n"
                   "sxtb16 r6, r6\n"
                   "ldrd r12, lr, [r0], #12\n"
                   "smlad r2, r12, r4, r2\n"
                   "smlatb r3, r12, r4, r3\n"
                   "ldr r12, [r0, #-4]\n"
                   "smlad r2, lr, r5, r2\n"
                   "smlatb r3, lr, r5, r3\n"
                   "smlad r2, r12, r6, r2\n"
                   "smlatb r3, r12, r6, r3\n"
                   "ldr lr, [sp, #20]\n"
                   "cmp r1, lr\n"
                   "beq 2f\n"
                   "1:\n"
                   "ldrd r10, r11, [sp]\n"
                   "ldrd r12, lr, [r0], #12\n"
                   "smlabt r2, r12, r7, r2\n"
                   "smlad r3, r12, r7, r3\n"
                   "smlad r10, r12, r4, r10\n"
                   "smlatb r11, r12, r4, r11\n"
                   "ldr r12, [r0, #-4]\n"
                   "smlabt r2, lr, r8, r2\n"
                   "smlad r3, lr, r8, r3\n"
                   "smlad r10, lr, r5, r10\n"
                   "smlatb r11, lr, r5, r11\n"
                   "smlabt r2, r12, r9, r2\n"
                   "smlad r3, r12, r9, r3\n"
                   "smlad r10, r12, r6, r10\n"
                   "smlatb r11, r12, r6, r11\n"
                   "ldrd r12, lr, [sp, #8]\n"
                   "smmlar r2, r2, r12, lr\n"
                   "smmlar r3, r3, r12, lr\n"
                   "ldrd r12, lr, [sp, #16]\n"
                   "ssat r2, #8, r2, asr #3\n"
                   "ssat r3, #8, r3, asr #3\n"
                   "strb r2, [r1]\n"
                   "strb r3, [r1, r12]\n"
                   "add r1, r1, r12, lsl #1\n"
                   "mov r2, r10\n"
                   "mov r3, r11\n"
                   "cmp r1, lr\n"
                   "bne 1b\n"
                   "2:\n"
                   "ldrd r10, r11, [sp, #32]\n"
                   "cmp r11, #0\n"
                   "beq 5f\n"
                   "ldrd r12, lr, [r0], #12\n"
                   "smlabt r2, r12, r7, r2\n"
                   "smlabt r2, lr, r8, r2\n"
                   "ldr r12, [r0, #-4]\n"
                   "smlabt r2, r12, r9, r2\n"
                   "ldrd r12, lr, [sp, #8]\n"
                   "smmlar r2, r2, r12, lr\n"
                   "ssat r2, #8, r2, asr #3\n"
                   "strb r2, [r1]\n"
                   "5:\n"
                   "ldr lr, [sp, #20]\n"
                   "sub r1, r1, r10\n"
                   "add lr, lr, #1\n"
                   "str lr, [sp, #20]\n"
                   "ldr r12, [sp, #40]\n"
                   "subs r12, r12, #1\n"
                   "str r12, [sp, #40]\n"
                   "bne 3b\n"
                   "add sp, sp, #48\n"
                   : "+r"(r0)
                   :
                   : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11",
                     "r12", "lr", "cc", "memory");
}

#else /* the same in C */

static void expand_pairs(const int8_t *a, const int8_t *b, const int8_t *c, int32_t step,
                         int32_t count, int32_t plane, uint32_t *to)
{
    const int8_t *rows[FILTER_ROWS] = {a, b, c};
    for (; count > 0; count--) {
        for (int n = 0; n < FILTER_ROWS; n++, to++) {
            const uint32_t left = tg_load4(rows[n]);
            const uint32_t right = tg_load4(rows[n] + step);
            to[0] = tg_sxtb16(tg_bottoms(left, right));
            to[plane] = tg_sxtb16_odd(tg_bottoms(left, right));
            to[2 * plane] = tg_sxtb16(tg_tops(left, right));
            to[3 * plane] = tg_sxtb16_odd(tg_tops(left, right));
            rows[n] += 2 * step;
        }
    }
}

/* Output column n of three rows of column pairs. */
static int8_t output(const row_args *m, const uint32_t *x, int n)
{
    int32_t sum = m->scale[0];
    for (int row = 0; row < FILTER_ROWS; row++) {
        const int8_t *w = &m->weights[4 * row];
        const int32_t values[4] = {tg_bottom(x[row]), tg_top(x[row]),
                                   tg_bottom(x[row + FILTER_ROWS]),
                                   tg_top(x[row + FILTER_ROWS])};
        sum += values[n] * w[0] + values[n + 1] * w[1] + values[n + 2] * w[3];
    }
    return (int8_t)tg_ssat8(tg_smmlar(sum, m->scale[1], m->scale[2]) >> 3);
}

static void run_row(const row_args *args)
{
    row_args m = *args;
    for (; m.channels > 0; m.channels--, m.scale += 3, m.weights += 12, m.pairs_end++) {
        for (; m.out != m.pairs_end; m.out += 2 * m.out_step, m.x += FILTER_ROWS) {
            m.out[0] = output(&m, m.x, 0);
            m.out[m.out_step] = output(&m, m.x, 1);
        }
        if (m.single > 0) {
            m.out[0] = output(&m, m.x, 0);
            m.x += FILTER_ROWS;
        }
        m.x += FILTER_ROWS;
        m.out -= m.back;
    }
}

#endif

/* Expand a pair of columns of which any may lie outside. */
static void expand_border(const tile *t, int32_t x, int32_t plane, uint32_t *to)
{
    for (int n = 0; n < FILTER_ROWS; n++, to++) {
        const int8_t *row = t->rows[n];
        const int is_left = row != NULL && x >= 0 && x < t->in_w;
        const int is_right = row != NULL && x + 1 >= 0 && x + 1 < t->in_w;
        const uint32_t left = is_left ? tg_load4(&row[x * t->in_step]) : t->zero;
        const uint32_t right = is_right ? tg_load4(&row[(x + 1) * t->in_step]) : t->zero;
        const uint32_t low = tg_bottoms(left, right);
        const uint32_t high = tg_tops(left, right);
        to[0] = tg_sxtb16(low);
        to[plane] = tg_sxtb16_odd(low);
        to[2 * plane] = tg_sxtb16(high);
        to[3 * plane] = tg_sxtb16_odd(high);
    }
}

/* Expand four channels of a tile; what is only padding just once, for all of them. */
static void expand(const tile *t, int is_first, int32_t pairs, uint32_t *to)
{
    const int32_t plane = FILTER_ROWS * pairs;
    const int has_rows = t->rows[0] != NULL && t->rows[1] != NULL && t->rows[2] != NULL;
    const int32_t end = t->x + 2 * pairs;
    int32_t x = t->x;
    while (x < end) {
        const int32_t whole = ((end < t->in_w ? end : t->in_w) - x) / 2;
        if (has_rows && x >= 0 && whole > 0) {
            expand_pairs(&t->rows[0][x * t->in_step], &t->rows[1][x * t->in_step],
                         &t->rows[2][x * t->in_step], t->in_step, whole, plane, to);
            x += 2 * whole;
            to += FILTER_ROWS * whole;
            continue;
        }
        if (is_first || (x < t->in_w && x + 1 >= 0)) {
            expand_border(t, x, plane, to);
        }
        x += 2;
        to += FILTER_ROWS;
    }
}

static void run_tile(const tg_depthwise_args *p, tile *t, int32_t columns,
                     const int8_t *weights, const int32_t *scale, uint32_t *scratch,
                     int8_t *out)
{
    const int32_t pairs = 1 + (columns + 1) / 2;
    const uint32_t span = (uint32_t)(columns / 2 * 2 * p->out_step);
    row_args m = {.out_step = (uint32_t)p->out_step,
                  .back = (int32_t)span - 1,
                  .single = (uint32_t)columns % 2};
    for (int32_t channel = 0; channel < p->channels; channel += CHANNELS) {
        const int32_t left = p->channels - channel;
        const int32_t again = left < CHANNELS ? CHANNELS - left : 0;
        tile part = *t;
        for (int n = 0; n < FILTER_ROWS; n++) {
            part.rows[n] = t->rows[n] == NULL ? NULL : t->rows[n] + channel - again;
        }
        expand(&part, channel == 0, pairs, scratch);
        m.x = &scratch[again * FILTER_ROWS * pairs];
        m.out = &out[channel];
        m.pairs_end = m.out + span;
        m.scale = &scale[3 * channel];
        m.weights = &weights[12 * channel];
        m.channels = (uint32_t)(CHANNELS - again);
        run_row(&m);
    }
}

void tg_depthwise_row_3x3_s8(const tg_depthwise_args *p, const int8_t *in,
                             const int8_t *weights, const int32_t *scale,
                             uint32_t *scratch, int8_t *out)
{
    const tg_window *w = &p->window;
    const uint32_t zero = (uint8_t)p->in_zero_point * 0x01010101U;
    tile t = {.in_w = w->in_w, .in_step = p->in_step, .zero = zero};
    for (int32_t n = 0; n < FILTER_ROWS; n++) {
        const int32_t y = n - w->pad_h;
        t.rows[n] = y < 0 || y >= w->in_h ? NULL : &in[y * w->in_w * p->in_step];
    }
    for (int32_t x = 0; x < w->out_w; x += p->columns) {
        const int32_t left = w->out_w - x;
        t.x = x - w->pad_w;
        run_tile(p, &t, left < p->columns ? left : p->columns, weights, scale, scratch,
                 &out[x * p->out_step]);
    }
}
