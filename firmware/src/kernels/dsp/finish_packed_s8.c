/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_2d_s8.h"
#include "tinygen/dsp/finish.h"

void tg_finish_packed_s8(const tg_conv_args *p, const int32_t *acc, const int32_t *scale,
                         int32_t count, int8_t *out)
{
    for (int32_t n = 0; n < count; n++, out += p->out_step) {
        const uint32_t b = (uint32_t)acc[n + 3] - (uint32_t)acc[n];
        out[0] = tg_finish_sum(acc[n] * 2, &scale[0]);
        out[1] = tg_finish_sum((int32_t)b >> 7, &scale[2]);
    }
}
