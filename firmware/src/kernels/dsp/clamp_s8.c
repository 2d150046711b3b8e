/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/clamp_s8.h"

#include "tinygen/fixed_point.h"

void tg_clamp_s8(int8_t *values, int32_t count, int32_t low, int32_t high)
{
    for (int32_t n = 0; n < count; n++) {
        values[n] = (int8_t)tg_clamp(values[n], low, high);
    }
}

void tg_clamp_pixels_s8(int8_t *values, int32_t pixels, int32_t count, int32_t step,
                        int32_t low, int32_t high)
{
    for (int32_t n = 0; n < pixels; n++) {
        tg_clamp_s8(&values[n * step], count, low, high);
    }
}
