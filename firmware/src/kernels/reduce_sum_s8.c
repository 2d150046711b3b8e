/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/reduce_sum_s8.h"

#include "tinygen/fixed_point.h"

static int32_t add(int32_t acc, int8_t in)
{
    return acc + in;
}

void tg_reduce_sum_s8(const tg_reduce_loops *loops, const tg_reduce_sum_params *p,
                      const int8_t *in, int8_t *out)
{
    const int32_t outputs = tg_reduce_outputs(loops);
    for (int32_t i = 0; i < outputs; i++) {
        const int8_t *start = &in[tg_reduce_start(loops, i)];
        const int32_t sum = tg_reduce_one(loops, start, 0, add);
        const int32_t acc = (int32_t)((uint32_t)sum + (uint32_t)p->offset);
        const int32_t value = tg_requantize(acc, p->multiplier, p->shift) + p->out_offset;
        out[i] = (int8_t)tg_clamp(value, INT8_MIN, INT8_MAX);
    }
}
