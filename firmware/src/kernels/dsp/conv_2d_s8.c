/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_walk.h"
#include "tinygen/dsp/matmul_group.h"

void tg_conv_2d_dsp_s8(const tg_conv_args *p, tg_gather *gather, tg_matmul *matmul,
                       const int8_t *in, const void *weights, const int32_t *table,
                       void *scratch, int8_t *out)
{
    tg_matmul_args m = {.x = scratch, .blocks = p->blocks};
    m.x_end = m.x + 6 * p->blocks;
    tg_position at[3];
    for (tg_walk walk = tg_walk_begin(p, in); walk.left > 0;) {
        const int32_t count = tg_walk_next(&walk, p, at);
        gather(p, at, 0, scratch);
        tg_matmul_group(&m, matmul, (uint32_t)p->out_c, (uint32_t)p->out_step, count,
                        weights, table, out);
        out += count * p->out_step;
    }
}
