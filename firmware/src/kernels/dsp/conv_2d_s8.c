/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_walk.h"

void tg_conv_2d_dsp_s8(const tg_conv_args *p, tg_gather *gather, tg_matmul *matmul,
                       const int8_t *in, const void *weights, const int32_t *table,
                       void *scratch, int8_t *out)
{
    const uint32_t out_c = (uint32_t)p->out_c;
    const uint32_t pairs = out_c / 2;
    tg_matmul_args m = {.x = scratch, .blocks = p->blocks};
    m.x_end = m.x + 6 * p->blocks;
    tg_position at[3];
    for (tg_walk walk = tg_walk_begin(p, in); walk.left > 0;) {
        const int32_t count = tg_walk_next(&walk, p, at);
        gather(p, at, 0, scratch);
        m.weights = weights;
        m.table = table;
        m.step1 = count > 1 ? out_c : 0;
        m.step2 = count > 2 ? 2 * out_c : m.step1;
        m.out = out;
        m.out_end = out + 2 * pairs;
        matmul(&m);
        if (out_c % 2 != 0) {
            m.weights += 8 * pairs * p->blocks;
            m.table += 6 * pairs;
            m.out += out_c - 2;
            m.out_end = m.out + 2;
            matmul(&m);
        }
        out += count * p->out_c;
    }
}
