/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/minimum_s8.h"

void tg_minimum_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1,
                   int32_t n, int8_t *out)
{
    (void)p;
    for (int32_t i = 0; i < n; i++) {
        out[i] = in0[i] < in1[i] ? in0[i] : in1[i];
    }
}
