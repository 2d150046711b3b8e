/* SPDX-License-Identifier: Apache-2.0 */
/* TensorFlow Lite Micro's fixed-point arithmetic, bit for bit. */
#ifndef TINYGEN_FIXED_POINT_H
#define TINYGEN_FIXED_POINT_H

#include <stdint.h>

_Static_assert((-1 >> 1) == -1, "fixed-point code needs an arithmetic right shift");

/* round(a * b / 2^31), halves away from zero, saturated. */
static inline int32_t tg_doubling_high_multiply(int32_t a, int32_t b)
{
    const int64_t product = (int64_t)a * b;
    const int64_t nudge = product >= 0 ? (1 << 30) : 1 - (1 << 30);
    const int64_t high = (product + nudge) / ((int64_t)1 << 31);
    return high > INT32_MAX ? INT32_MAX : (int32_t)high;
}

/* round(value / 2^exponent), halves away from zero; exponent in [0, 31]. */
static inline int32_t tg_rounding_divide_by_power(int32_t value, int32_t exponent)
{
    const int32_t mask = (int32_t)((UINT32_C(1) << exponent) - 1);
    const int32_t remainder = value & mask;
    const int32_t threshold = (int32_t)((uint32_t)mask >> 1) + (value < 0 ? 1 : 0);
    return (value >> exponent) + (remainder > threshold ? 1 : 0);
}

/* acc * multiplier * 2^(shift - 31), rounded twice as TFLM does.
 * multiplier: Q31, 0 or in [2^30, 2^31); shift: in [-31, 30]. */
static inline int32_t tg_requantize(int32_t acc, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift > 0 ? 0 : -shift;
    const int32_t shifted = (int32_t)((uint32_t)acc << left);
    return tg_rounding_divide_by_power(tg_doubling_high_multiply(shifted, multiplier),
                                       right);
}

/* a + b modulo 2^32: what TFLM's offset of an overflowing result does on every host. */
static inline int32_t tg_wrapping_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t tg_clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : (value > high ? high : value);
}

#endif
