/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/resize_bilinear_s8.h"

/* 1, in the fixed point of a distance. */
#define ONE 1024

/* All channels of one output pixel, between the rows above and below it. */
static void blend_pixel(const tg_resize_bilinear_params *p, const int32_t *row,
                        const int32_t *column, const int8_t *image, int8_t *out)
{
    const int8_t *above = &image[row[0] * p->in_w * p->channels];
    const int8_t *below = &image[row[1] * p->in_w * p->channels];
    const int32_t left = column[0] * p->channels;
    const int32_t right = column[1] * p->channels;
    for (int32_t c = 0; c < p->channels; c++) {
        const int32_t west = above[left + c] * (ONE - row[2]) + below[left + c] * row[2];
        const int32_t east =
            above[right + c] * (ONE - row[2]) + below[right + c] * row[2];
        const int32_t sum = west * (ONE - column[2]) + east * column[2];
        const int32_t half = sum > 0 ? ONE * ONE / 2 : -(ONE * ONE / 2);
        out[c] = (int8_t)((sum + half) / (ONE * ONE));
    }
}

void tg_resize_bilinear_s8(const tg_resize_bilinear_params *p, const int32_t *rows,
                           const int32_t *columns, const int8_t *in, int8_t *out)
{
    for (int32_t batch = 0; batch < p->batches; batch++) {
        const int8_t *image = &in[batch * p->in_h * p->in_w * p->channels];
        for (int32_t y = 0; y < p->out_h; y++) {
            for (int32_t x = 0; x < p->out_w; x++) {
                blend_pixel(p, &rows[3 * y], &columns[3 * x], image, out);
                out += p->channels;
            }
        }
    }
}
