/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/quantize_f32_s8.h"

#include "tinygen/fixed_point.h"

/* More than any int8 is from any zero point. */
#define LIMIT 512

/* Round to nearest, halves away from zero, within +-LIMIT; NaN is 0. */
static int32_t round_within_limit(float value)
{
    if (value >= LIMIT) {
        return LIMIT;
    }
    if (value <= -LIMIT) {
        return -LIMIT;
    }
    if (value != value) {
        return 0;
    }
    const int32_t whole = (int32_t)value;
    const float rest = value - (float)whole;
    if (rest >= 0.5f) {
        return whole + 1;
    }
    return rest <= -0.5f ? whole - 1 : whole;
}

void tg_quantize_f32_s8(const float *in, float scale, int32_t zero_point, int32_t n,
                        int8_t *out)
{
    for (int32_t i = 0; i < n; i++) {
        const int32_t value = round_within_limit(in[i] / scale) + zero_point;
        out[i] = (int8_t)tg_clamp(value, INT8_MIN, INT8_MAX);
    }
}
