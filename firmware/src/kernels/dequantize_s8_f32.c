/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/dequantize_s8_f32.h"

void tg_dequantize_s8_f32(const int8_t *in, float scale, int32_t zero_point, int32_t n,
                          float *out)
{
    for (int32_t i = 0; i < n; i++) {
        out[i] = scale * (float)(in[i] - zero_point);
    }
}
