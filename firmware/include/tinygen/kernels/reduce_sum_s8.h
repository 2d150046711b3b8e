/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_REDUCE_SUM_S8_H
#define TINYGEN_KERNELS_REDUCE_SUM_S8_H

#include <stdint.h>

#include "tinygen/kernels/reduce_loops.h"

typedef struct {
    int32_t offset;     /* minus the input zero point times the inputs an output has */
    int32_t multiplier; /* Q31; for a mean divided by that count */
    int32_t shift;      /* in [-31, 30] */
    int32_t out_offset; /* the output zero point, [-128, 127] */
} tg_reduce_sum_params;

/* Sum or mean of int8 values along some dimensions, requantized and saturated.
 *
 * in   as the loops say
 * out  one value a step of the kept loops; must not overlap in */
void tg_reduce_sum_s8(const tg_reduce_loops *loops, const tg_reduce_sum_params *p,
                      const int8_t *in, int8_t *out);

#endif
