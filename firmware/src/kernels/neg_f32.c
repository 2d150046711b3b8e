/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/neg_f32.h"

void tg_neg_f32(const float *in, int32_t n, float *out)
{
    for (int32_t i = 0; i < n; i++) {
        out[i] = -in[i];
    }
}
