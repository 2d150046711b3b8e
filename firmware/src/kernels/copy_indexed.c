/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/copy_indexed.h"

#include <string.h>

/* Bytes from the start of a loop to its step i. */
static int32_t offset_of(const tg_copy_indexed_params *p, const int32_t *index,
                         int32_t loop, int32_t i)
{
    const int32_t at = p->index_at[loop];
    return (at < 0 ? i : index[at + i]) * p->in_stride[loop];
}

/* Copy what the two innermost loops say; returns the end of what it wrote. */
static uint8_t *copy_plane(const tg_copy_indexed_params *p, const int32_t *index,
                           const uint8_t *in, uint8_t *out)
{
    for (int32_t a = 0; a < p->size[3]; a++) {
        const uint8_t *row = in + offset_of(p, index, 3, a);
        for (int32_t b = 0; b < p->size[4]; b++) {
            memcpy(out, row + offset_of(p, index, 4, b), (size_t)p->run_bytes);
            out += p->run_bytes;
        }
    }
    return out;
}

void tg_copy_indexed(const tg_copy_indexed_params *p, const int32_t *index,
                     const void *in, void *out)
{
    uint8_t *to = out;
    for (int32_t a = 0; a < p->size[0]; a++) {
        const uint8_t *outer = (const uint8_t *)in + offset_of(p, index, 0, a);
        for (int32_t b = 0; b < p->size[1]; b++) {
            const uint8_t *middle = outer + offset_of(p, index, 1, b);
            for (int32_t c = 0; c < p->size[2]; c++) {
                to = copy_plane(p, index, middle + offset_of(p, index, 2, c), to);
            }
        }
    }
}
