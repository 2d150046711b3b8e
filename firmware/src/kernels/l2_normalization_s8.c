/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/l2_normalization_s8.h"

#include "tinygen/fixed_point.h"

#define OUT_BITS 7 /* below 1 */

typedef struct {
    int32_t multiplier, shift; /* as tg_requantize takes them */
} inverse_root;

/* value * 2^power, saturated. */
static int32_t shift_left_saturated(int32_t value, int32_t power)
{
    const int32_t limit = (int32_t)(UINT32_C(1) << (31 - power)) - 1;
    if (value > limit) {
        return INT32_MAX;
    }
    return value < -limit ? INT32_MIN : value * (1 << power);
}

/* 1 / sqrt(value) for value in [2, 2^29): gemmlowp's five Newton-Raphson steps from 1,
 * Q3.28, on the value shifted by pairs of bits to [2^27, 2^29). */
static inverse_root find_inverse_root(int32_t value)
{
    const int32_t pairs = (__builtin_clz((uint32_t)value) - 1) / 2 - 1;
    const int32_t half = tg_rounding_divide_by_power(value * (1 << (2 * pairs)) / 2, 1);
    const int32_t three_halves = (1 << 28) + (1 << 27);
    int32_t x = 1 << 28;
    for (int32_t step = 0; step < 5; step++) {
        const int32_t cube =
            tg_doubling_high_multiply(tg_doubling_high_multiply(x, x), x);
        const int32_t correction =
            tg_doubling_high_multiply(half, shift_left_saturated(cube, 6));
        x = shift_left_saturated(tg_doubling_high_multiply(three_halves, x) - correction,
                                 3);
    }
    const int32_t root_of_half = 1518500250; /* Q0.31 */
    const int32_t result = tg_doubling_high_multiply(x, root_of_half);
    const int32_t shift = 11 - pairs;
    return shift < 0 ? (inverse_root){result * (1 << -shift), 0}
                     : (inverse_root){result, -shift};
}

void tg_l2_normalization_s8(const int8_t *in, int32_t offset, int32_t rows, int32_t depth,
                            int8_t *out)
{
    for (int32_t row = 0; row < rows; row++, in += depth, out += depth) {
        int32_t squares = 0;
        for (int32_t i = 0; i < depth; i++) {
            squares += (in[i] + offset) * (in[i] + offset);
        }
        const inverse_root root =
            squares > 1 ? find_inverse_root(squares) : (inverse_root){INT32_MAX, 0};
        for (int32_t i = 0; i < depth; i++) {
            const int32_t share =
                tg_requantize(in[i] + offset, root.multiplier, root.shift + OUT_BITS);
            out[i] = (int8_t)tg_clamp(share, INT8_MIN, INT8_MAX);
        }
    }
}
