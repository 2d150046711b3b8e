/* SPDX-License-Identifier: Apache-2.0 */
/* The product of two rows: what kernels without a faster one spend their time in. */
#ifndef TINYGEN_KERNELS_DOT_S8_H
#define TINYGEN_KERNELS_DOT_S8_H

#include <stdint.h>

#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
#include "tinygen/mve/dot_s8.h"
#else

/* Sum of (a + a_offset) * b over count >= 0 values, modulo 2^32. */
static inline uint32_t tg_dot_s8(const int8_t *a, int32_t a_offset, const int8_t *b,
                                 int32_t count)
{
    uint32_t sum = 0;
    for (int32_t n = 0; n < count; n++) {
        sum += (uint32_t)((a[n] + a_offset) * b[n]);
    }
    return sum;
}

#endif
#endif
