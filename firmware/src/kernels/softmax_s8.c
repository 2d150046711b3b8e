/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/softmax_s8.h"

#include "tinygen/fixed_point.h"

/* Integer bits of the sum of exponentials: Q12.19. */
#define SUM_BITS 12

/* value * 2^power, saturated. */
static int32_t shift_left_saturated(int32_t value, int32_t power)
{
    const int32_t limit = (int32_t)(UINT32_C(1) << (31 - power)) - 1;
    if (value > limit) {
        return INT32_MAX;
    }
    return value < -limit ? INT32_MIN : value * (1 << power);
}

/* 1 / (1 + x) for x in [0, 1), Q0.31, by three Newton-Raphson steps from gemmlowp's first
 * guess, 48/17 - 32/17 of half the denominator (both Q2.29). */
static int32_t reciprocal_of_one_plus(int32_t x)
{
    const int32_t half_denominator = (int32_t)(((uint32_t)x + (UINT32_C(1) << 31)) >> 1);
    int32_t result =
        1515870810 + tg_doubling_high_multiply(half_denominator, -1010580540);
    for (int32_t step = 0; step < 3; step++) {
        const int32_t error =
            (1 << 29) - tg_doubling_high_multiply(half_denominator, result);
        result += shift_left_saturated(tg_doubling_high_multiply(result, error), 2);
    }
    return shift_left_saturated(result, 1);
}

static int32_t row_maximum(const int8_t *in, int32_t depth)
{
    int32_t maximum = in[0];
    for (int32_t i = 1; i < depth; i++) {
        maximum = in[i] > maximum ? in[i] : maximum;
    }
    return maximum;
}

static void softmax_row(const int8_t *in, const int32_t *table, int32_t table_size,
                        int32_t depth, int8_t *out)
{
    const int32_t maximum = row_maximum(in, depth);
    uint32_t sum = 0;
    for (int32_t i = 0; i < depth; i++) {
        const int32_t below = maximum - in[i];
        if (below < table_size) {
            sum += (uint32_t)tg_rounding_divide_by_power(table[below], SUM_BITS);
        }
    }
    const int32_t zeros = __builtin_clz(sum); /* not 0: the maximum adds 1.0 */
    const int32_t scale =
        reciprocal_of_one_plus((int32_t)((sum << zeros) - (UINT32_C(1) << 31)));
    const int32_t exponent = SUM_BITS - zeros + 23;
    for (int32_t i = 0; i < depth; i++) {
        const int32_t below = maximum - in[i];
        int32_t share = 0;
        if (below < table_size && exponent <= 31) {
            share = tg_rounding_divide_by_power(
                tg_doubling_high_multiply(scale, table[below]), exponent);
        }
        out[i] = (int8_t)tg_clamp(share + INT8_MIN, INT8_MIN, INT8_MAX);
    }
}

void tg_softmax_s8(const int8_t *in, const int32_t *table, int32_t table_size,
                   int32_t rows, int32_t depth, int8_t *out)
{
    for (int32_t row = 0; row < rows; row++) {
        softmax_row(&in[row * depth], table, table_size, depth, &out[row * depth]);
    }
}
