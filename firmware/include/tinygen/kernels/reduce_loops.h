/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_REDUCE_LOOPS_H
#define TINYGEN_KERNELS_REDUCE_LOOPS_H

#include <stdint.h>

#define TG_REDUCE_DIMS 4

/* The loops of a reduction, outermost first, strides in elements; a loop that is not
 * needed has size 1. One output value a step of the kept loops, in their order. */
typedef struct {
    int32_t kept_size[TG_REDUCE_DIMS];
    int32_t kept_stride[TG_REDUCE_DIMS];
    int32_t reduced_size[TG_REDUCE_DIMS];
    int32_t reduced_stride[TG_REDUCE_DIMS];
} tg_reduce_loops;

/* The number of output values. */
static inline int32_t tg_reduce_outputs(const tg_reduce_loops *loops)
{
    int32_t count = 1;
    for (int32_t i = 0; i < TG_REDUCE_DIMS; i++) {
        count *= loops->kept_size[i];
    }
    return count;
}

/* Where the input of one output value starts, in elements. */
static inline int32_t tg_reduce_start(const tg_reduce_loops *loops, int32_t output)
{
    int32_t start = 0;
    for (int32_t i = TG_REDUCE_DIMS - 1; i >= 0; i--) {
        start += output % loops->kept_size[i] * loops->kept_stride[i];
        output /= loops->kept_size[i];
    }
    return start;
}

/* Combine all inputs of one output value: `step` is what one does to the accumulator. */
static inline int32_t tg_reduce_one(const tg_reduce_loops *loops, const int8_t *in,
                                    int32_t acc, int32_t (*step)(int32_t acc, int8_t in))
{
    const int32_t *size = loops->reduced_size;
    const int32_t *stride = loops->reduced_stride;
    for (int32_t a = 0; a < size[0]; a++) {
        for (int32_t b = 0; b < size[1]; b++) {
            for (int32_t c = 0; c < size[2]; c++) {
                const int8_t *at = &in[a * stride[0] + b * stride[1] + c * stride[2]];
                for (int32_t d = 0; d < size[3]; d++) {
                    acc = step(acc, at[d * stride[3]]);
                }
            }
        }
    }
    return acc;
}

#endif
