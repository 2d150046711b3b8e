/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/prelu_s8.h"

void tg_prelu_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1,
                 int32_t n, int8_t *out)
{
    for (int32_t i = 0; i < n; i++) {
        const int32_t x = in0[i] + p->in0_offset;
        if (x < 0) {
            out[i] = tg_binary_output(p, x * (in1[i] + p->in1_offset));
        } else {
            const int32_t scaled = tg_requantize(x, p->in0_multiplier, p->in0_shift);
            out[i] = (int8_t)tg_clamp(tg_wrapping_add(scaled, p->out_offset), p->out_min,
                                      p->out_max);
        }
    }
}
