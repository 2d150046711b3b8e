/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/sub_s8.h"

/* TFLM's: 255 << 20 leaves room for the sum in int32. */
#define LEFT_SHIFT 20

void tg_sub_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1, int32_t n,
               int8_t *out)
{
    for (int32_t i = 0; i < n; i++) {
        const int32_t a = tg_scale_in0(p, in0[i], LEFT_SHIFT);
        const int32_t b = tg_scale_in1(p, in1[i], LEFT_SHIFT);
        out[i] = tg_binary_output(p, a - b);
    }
}
