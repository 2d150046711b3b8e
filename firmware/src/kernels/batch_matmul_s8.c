/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/batch_matmul_s8.h"

static uint32_t dot(const tg_batch_matmul_params *p, const int8_t *a, const int8_t *b)
{
    uint32_t acc = 0;
    for (int32_t d = 0; d < p->depth; d++) {
        const int32_t left = a[d * p->a_step[4]] + p->a_offset;
        acc += (uint32_t)(left * (b[d * p->b_step[4]] + p->b_offset));
    }
    return acc;
}

static void multiply(const tg_batch_matmul_params *p, const int8_t *a, const int8_t *b,
                     int8_t *out)
{
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t column = 0; column < p->columns; column++) {
            const uint32_t acc =
                dot(p, &a[row * p->a_step[3]], &b[column * p->b_step[3]]);
            out[row * p->columns + column] =
                tg_output_s8(&p->output, acc, p->multiplier, p->shift);
        }
    }
}

void tg_batch_matmul_s8(const tg_batch_matmul_params *p, const int8_t *a, const int8_t *b,
                        int8_t *out)
{
    for (int32_t i = 0; i < p->batches[0]; i++) {
        for (int32_t j = 0; j < p->batches[1]; j++) {
            for (int32_t k = 0; k < p->batches[2]; k++) {
                const int32_t *s = p->a_step, *t = p->b_step;
                multiply(p, &a[i * s[0] + j * s[1] + k * s[2]],
                         &b[i * t[0] + j * t[1] + k * t[2]], out);
                out += p->rows * p->columns;
            }
        }
    }
}
