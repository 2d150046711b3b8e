/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_2d_s8.h"

void tg_finish_exact_s8(const tg_conv_args *p, const int32_t *acc, const int32_t *scale,
                        int32_t count, int8_t *out)
{
    for (int32_t n = 0; n < count; n++, out += p->out_step) {
        out[0] = tg_output_s8(&p->output, (uint32_t)acc[n], scale[0], scale[1]);
        out[1] = tg_output_s8(&p->output, (uint32_t)acc[n + 3], scale[2], scale[3]);
    }
}
