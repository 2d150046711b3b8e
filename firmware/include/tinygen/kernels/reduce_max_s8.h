/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_REDUCE_MAX_S8_H
#define TINYGEN_KERNELS_REDUCE_MAX_S8_H

#include <stdint.h>

#include "tinygen/kernels/reduce_loops.h"

/* The largest of int8 values along some dimensions.
 *
 * in   as the loops say
 * out  one value a step of the kept loops; must not overlap in */
void tg_reduce_max_s8(const tg_reduce_loops *loops, const int8_t *in, int8_t *out);

#endif
