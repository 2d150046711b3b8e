/* SPDX-License-Identifier: Apache-2.0 */
/* Multiply three expanded pixels by all output channels. */
#ifndef TINYGEN_DSP_MATMUL_GROUP_H
#define TINYGEN_DSP_MATMUL_GROUP_H

#include "tinygen/dsp/matmul_s8.h"

/* m: x, x_end and blocks are set. count: pixels to write, the first at out; after them x
 * repeats the last one; out_step: bytes from one to the next. */
static inline void tg_matmul_group(tg_matmul_args *m, tg_matmul *matmul, uint32_t out_c,
                                   uint32_t out_step, int32_t count, const void *weights,
                                   const int32_t *table, int8_t *out)
{
    if (out_c == 1) { /* both channels of the pair are the only one */
        int8_t pairs_out[6];
        m->weights = weights;
        m->table = table;
        m->step1 = 2;
        m->step2 = 4;
        m->out = pairs_out;
        m->out_end = &pairs_out[2];
        matmul(m);
        for (int32_t n = 0; n < count && n < 3; n++) {
            out[(uint32_t)n * out_step] = pairs_out[2 * n];
        }
        return;
    }
    const uint32_t pairs = out_c / 2;
    m->weights = weights;
    m->table = table;
    m->step1 = count > 1 ? out_step : 0;
    m->step2 = count > 2 ? 2 * out_step : m->step1;
    m->out = out;
    m->out_end = out + 2 * pairs;
    matmul(m);
    if (out_c % 2 != 0) { /* the last pair is the last two channels */
        m->weights += 8 * pairs * m->blocks;
        m->table += 6 * pairs;
        m->out += out_c - 2;
        m->out_end = m->out + 2;
        matmul(m);
    }
}

#endif
