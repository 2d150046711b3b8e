/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/copy_strided.h"

#include <string.h>

/* The two innermost loops. */
static void copy_plane(const tg_copy_strided_params *p, const uint8_t *in, uint8_t *out)
{
    for (int32_t a = 0; a < p->size[3]; a++) {
        int32_t from = a * p->in_stride[3];
        int32_t to = a * p->out_stride[3];
        for (int32_t b = 0; b < p->size[4]; b++) {
            if (p->run_bytes == 1) {
                out[to] = in[from];
            } else {
                memcpy(&out[to], &in[from], (size_t)p->run_bytes);
            }
            from += p->in_stride[4];
            to += p->out_stride[4];
        }
    }
}

void tg_copy_strided(const tg_copy_strided_params *p, const void *in, void *out)
{
    const uint8_t *from = (const uint8_t *)in + p->in_start;
    uint8_t *to = (uint8_t *)out + p->out_start;
    for (int32_t a = 0; a < p->size[0]; a++) {
        for (int32_t b = 0; b < p->size[1]; b++) {
            for (int32_t c = 0; c < p->size[2]; c++) {
                const int32_t in_at =
                    a * p->in_stride[0] + b * p->in_stride[1] + c * p->in_stride[2];
                const int32_t out_at =
                    a * p->out_stride[0] + b * p->out_stride[1] + c * p->out_stride[2];
                copy_plane(p, from + in_at, to + out_at);
            }
        }
    }
}
