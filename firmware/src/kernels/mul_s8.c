/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/mul_s8.h"

void tg_mul_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1, int32_t n,
               int8_t *out)
{
    for (int32_t i = 0; i < n; i++) {
        out[i] = tg_binary_output(p, (in0[i] + p->in0_offset) * (in1[i] + p->in1_offset));
    }
}
