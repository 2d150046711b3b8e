/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/reduce_min_s8.h"

static int32_t smallest(int32_t acc, int8_t in)
{
    return in < acc ? in : acc;
}

void tg_reduce_min_s8(const tg_reduce_loops *loops, const int8_t *in, int8_t *out)
{
    const int32_t outputs = tg_reduce_outputs(loops);
    for (int32_t i = 0; i < outputs; i++) {
        const int8_t *start = &in[tg_reduce_start(loops, i)];
        out[i] = (int8_t)tg_reduce_one(loops, start, INT8_MAX, smallest);
    }
}
