/* SPDX-License-Identifier: Apache-2.0 */
/* The last step of every matrix product: an int32 accumulator becomes an int8 output. */
#ifndef TINYGEN_KERNELS_OUTPUT_S8_H
#define TINYGEN_KERNELS_OUTPUT_S8_H

#include <stdint.h>

#include "tinygen/fixed_point.h"

typedef struct {
    int32_t offset;   /* the output's zero point, [-128, 127] */
    int32_t min, max; /* what the fused activation leaves, within [-128, 127] */
} tg_output;

/* Accumulators are uint32_t: sums wrap, where TFLM's overflow. */
static inline int8_t tg_output_s8(const tg_output *p, uint32_t acc, int32_t multiplier,
                                  int32_t shift)
{
    const int32_t scaled = tg_requantize((int32_t)acc, multiplier, shift);
    const int32_t value = (int32_t)((uint32_t)scaled + (uint32_t)p->offset);
    return (int8_t)tg_clamp(value, p->min, p->max);
}

#endif
