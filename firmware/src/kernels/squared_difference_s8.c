/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/squared_difference_s8.h"

/* TFLM's: the square of 255 << 7 fits int32. */
#define LEFT_SHIFT 7

void tg_squared_difference_s8(const tg_binary_params *p, const int8_t *in0,
                              const int8_t *in1, int32_t n, int8_t *out)
{
    for (int32_t i = 0; i < n; i++) {
        const int32_t difference =
            tg_scale_in0(p, in0[i], LEFT_SHIFT) - tg_scale_in1(p, in1[i], LEFT_SHIFT);
        out[i] = tg_binary_output(p, difference * difference);
    }
}
