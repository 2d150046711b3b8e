/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_ARG_EXTREME_S8_H
#define TINYGEN_KERNELS_ARG_EXTREME_S8_H

#include <stdint.h>

/* Where the greatest (sign 1) or least (sign -1) value of an axis is; of equal values the
 * first.
 *
 * in   [outer][size][inner]  int8
 * out  [outer][inner]        int32, [0, size); must not overlap in */
void tg_arg_extreme_s8(const int8_t *in, int32_t outer, int32_t size, int32_t inner,
                       int32_t sign, int32_t *out);

#endif
