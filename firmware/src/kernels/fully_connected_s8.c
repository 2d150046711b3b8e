/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/fully_connected_s8.h"

#include <stddef.h>

static uint32_t dot(const tg_fully_connected_params *p, const int8_t *a, const int8_t *b)
{
    uint32_t acc = 0;
    for (int32_t d = 0; d < p->depth; d++) {
        acc += (uint32_t)((a[d] + p->in_offset) * (b[d] + p->weights_offset));
    }
    return acc;
}

void tg_fully_connected_s8(const tg_fully_connected_params *p, const int8_t *in,
                           const int8_t *weights, const int32_t *bias,
                           const int32_t *multiplier, const int32_t *shift, int8_t *out)
{
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t c = 0; c < p->out_c; c++) {
            uint32_t acc = dot(p, &in[row * p->depth], &weights[c * p->depth]);
            acc += bias != NULL ? (uint32_t)bias[c] : 0U;
            const int32_t channel = c * p->channel_step;
            out[row * p->out_c + c] =
                tg_output_s8(&p->output, acc, multiplier[channel], shift[channel]);
        }
    }
}
