/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/pointwise_s8.h"

#include "tinygen/dsp/matmul_group.h"

void tg_pointwise_s8(const tg_pointwise_args *p, tg_matmul *matmul, const int8_t *in,
                     const void *weights, const int32_t *table, uint32_t *scratch,
                     int8_t *out)
{
    const int32_t in_c = p->in_c;
    tg_matmul_args m = {.x = scratch, .blocks = p->blocks};
    m.x_end = scratch + 6 * p->blocks;
    for (int32_t left = p->pixels; left > 0; left -= 3) {
        const int32_t second = left > 1 ? in_c : 0;
        const int32_t third = left > 2 ? 2 * in_c : second;
        tg_expand_pixels_s8(in, &in[second], &in[third], (uint32_t)in_c, scratch);
        tg_matmul_group(&m, matmul, (uint32_t)p->out_c, (uint32_t)p->out_step, left,
                        weights, table, out);
        in += 3 * in_c;
        out += 3 * p->out_step;
    }
}
