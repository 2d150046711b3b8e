/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_walk.h"

static void begin(int32_t *acc, const int32_t *acc_end, const int32_t *table)
{
    for (; acc != acc_end; acc += 6, table += 6) {
        acc[0] = acc[1] = acc[2] = table[0];
        acc[3] = acc[4] = acc[5] = table[1];
    }
}

void tg_conv_2d_split_s8(const tg_conv_args *p, tg_gather *gather,
                         tg_accumulate *accumulate, tg_finish *finish, const int8_t *in,
                         const void *weights, const int32_t *table, void *scratch,
                         int8_t *out)
{
    const int32_t pairs = (p->out_c + 1) / 2;
    int32_t *acc = scratch;
    tg_accumulate_args m = {.acc = acc, .acc_end = acc + 6 * pairs, .blocks = p->blocks};
    uint32_t *x = (uint32_t *)scratch + 6 * pairs;
    m.x = x;
    m.x_end = x + 6 * p->blocks;
    tg_position at[3];
    for (tg_walk walk = tg_walk_begin(p, in); walk.left > 0;) {
        const int32_t count = tg_walk_next(&walk, p, at);
        begin(m.acc, m.acc_end, table);
        m.weights = weights;
        for (int32_t row = 0; row < p->window.filter_h; row += p->rows) {
            gather(p, at, row, x);
            accumulate(&m);
            m.weights += 8 * (uint32_t)pairs * p->blocks;
        }
        for (int32_t c = 0; c < p->out_c; c += 2) {
            const int32_t first = c + 1 < p->out_c ? c : p->out_c - 2;
            finish(p, &acc[3 * c], &table[3 * c + 2], count, &out[first]);
        }
        out += count * p->out_step;
    }
}
