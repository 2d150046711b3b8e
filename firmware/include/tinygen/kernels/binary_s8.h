/* SPDX-License-Identifier: Apache-2.0 */
/* What int8 kernels with two inputs share: parameters, rescaling and broadcasting. */
#ifndef TINYGEN_KERNELS_BINARY_S8_H
#define TINYGEN_KERNELS_BINARY_S8_H

#include <stdint.h>

#include "tinygen/fixed_point.h"

/* Multipliers are Q31 with shifts in [-31, 30]; a kernel says which it uses. */
typedef struct {
    int32_t in0_offset, in1_offset; /* minus the zero points, [-127, 128] */
    int32_t out_offset;             /* the output zero point, [-128, 127] */
    int32_t in0_multiplier, in0_shift;
    int32_t in1_multiplier, in1_shift;
    int32_t out_multiplier, out_shift;
    int32_t out_min, out_max;
} tg_binary_params;

/* An elementwise kernel over two inputs of the same size.
 *
 * in0, in1  [n]  int8
 * out       [n]  int8, saturated; may be in0 or in1, or lie below either */
typedef void (*tg_binary_s8)(const tg_binary_params *p, const int8_t *in0,
                             const int8_t *in1, int32_t n, int8_t *out);

#define TG_BROADCAST_LEVELS 6

/* Apply a kernel to two inputs, elements of which repeat.
 *
 * levels  [level_count][3]  loops, outermost first: how often, and by how many elements
 *                           in0 and in1 move a turn; innermost steps are 0 or 1
 * out     one element a turn of the innermost loop; may be an input that repeats nothing
 *
 * level_count is in [1, TG_BROADCAST_LEVELS]. */
void tg_broadcast_s8(tg_binary_s8 kernel, const tg_binary_params *p,
                     const int32_t *levels, int32_t level_count, const int8_t *in0,
                     const int8_t *in1, int8_t *out);

/* The output for an accumulator: rescaled, offset and clamped. */
static inline int8_t tg_binary_output(const tg_binary_params *p, int32_t acc)
{
    const int32_t scaled = tg_requantize(acc, p->out_multiplier, p->out_shift);
    return (int8_t)tg_clamp(tg_wrapping_add(scaled, p->out_offset), p->out_min,
                            p->out_max);
}

/* in0 and in1 at their common scale, with left_shift bits below it. */
static inline int32_t tg_scale_in0(const tg_binary_params *p, int8_t in0,
                                   int32_t left_shift)
{
    const int32_t value = (in0 + p->in0_offset) * (1 << left_shift);
    return tg_requantize(value, p->in0_multiplier, p->in0_shift);
}

static inline int32_t tg_scale_in1(const tg_binary_params *p, int8_t in1,
                                   int32_t left_shift)
{
    const int32_t value = (in1 + p->in1_offset) * (1 << left_shift);
    return tg_requantize(value, p->in1_multiplier, p->in1_shift);
}

#endif
