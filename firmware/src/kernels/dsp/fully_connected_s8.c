/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/fully_connected_s8.h"

#include <stddef.h>

#include "tinygen/dsp/intrinsics.h"

static const uint32_t *expand(const int8_t *in, int32_t depth, uint32_t *x)
{
    for (; depth >= 4; depth -= 4, in += 4) {
        const uint32_t word = tg_load4(in);
        *x++ = tg_sxtb16(word);
        *x++ = tg_sxtb16_odd(word);
    }
    if (depth > 0) { /* a word would read beyond */
        int8_t rest[4] = {0, 0, 0, 0};
        for (int32_t n = 0; n < depth; n++) {
            rest[n] = in[n];
        }
        *x++ = tg_sxtb16(tg_load4(rest));
        *x++ = tg_sxtb16_odd(tg_load4(rest));
    }
    return x;
}

void tg_fully_connected_dsp_s8(const tg_fully_connected_args *p, tg_product *product,
                               const int8_t *in, const void *weights, const int32_t *bias,
                               const int32_t *scale, uint32_t *scratch, int8_t *out)
{
    const uint32_t rest = (uint32_t)p->out_c % 4;
    tg_product_args m = {
        .weights = weights,
        .x = in,
        .x_end = &in[p->depth],
        .blocks = (uint32_t)(p->depth + 3) / 4,
        .bias = bias,
        .scale = scale,
        .scale_step = p->scale_step,
        .out = out,
        .out_end = out + p->out_c - rest,
    };
    if (scratch != NULL) {
        m.x = scratch;
        m.x_end = expand(in, p->depth, scratch);
    }
    if (m.out != m.out_end) {
        product(&m);
    }
    if (rest > 0) {
        const uint32_t whole = (uint32_t)p->out_c - rest;
        int8_t last[4];
        m.weights += 4 * whole * m.blocks;
        m.bias += whole;
        m.scale += whole * p->scale_step / 4;
        m.out = last;
        m.out_end = last + 4;
        product(&m);
        for (uint32_t n = 0; n < rest; n++) {
            out[whole + n] = last[n];
        }
    }
}
