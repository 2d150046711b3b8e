/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_2d_s8.h"
#include "tinygen/dsp/finish.h"

void tg_finish_wide_s8(const tg_conv_args *p, const int32_t *acc, const int32_t *scale,
                       int32_t count, int8_t *out)
{
    for (int32_t n = 0; n < count; n++, out += p->out_step) {
        out[0] = tg_finish_sum(acc[n] * 2, &scale[0]);
        out[1] = tg_finish_sum(acc[n + 3] * 2, &scale[2]);
    }
}
