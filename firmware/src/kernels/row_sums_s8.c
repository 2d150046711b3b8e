/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/row_sums_s8.h"

#include "tinygen/fixed_point.h"

void tg_row_sums_begin(int32_t *sums, int32_t channels)
{
    for (int32_t c = 0; c < channels; c++) {
        sums[c] = 0;
    }
}

void tg_row_sums_add_s8(const int8_t *in, int32_t pixels, int32_t channels, int32_t *sums)
{
    for (int32_t c = 0; c < channels; c++) {
        const int8_t *from = &in[c];
        int32_t sum = sums[c];
        for (int32_t n = 0; n < pixels; n++, from += channels) {
            sum += *from;
        }
        sums[c] = sum;
    }
}

void tg_row_sums_average_s8(const int32_t *sums, int32_t channels, int32_t count,
                            int32_t out_min, int32_t out_max, int8_t *out)
{
    for (int32_t c = 0; c < channels; c++) {
        const int32_t sum = sums[c];
        const int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
        out[c] = (int8_t)tg_clamp(mean, out_min, out_max);
    }
}

void tg_row_sums_scale_s8(const int32_t *sums, int32_t channels,
                          const tg_reduce_sum_params *p, int8_t *out)
{
    for (int32_t c = 0; c < channels; c++) {
        const int32_t acc = (int32_t)((uint32_t)sums[c] + (uint32_t)p->offset);
        const int32_t value = tg_requantize(acc, p->multiplier, p->shift) + p->out_offset;
        out[c] = (int8_t)tg_clamp(value, INT8_MIN, INT8_MAX);
    }
}
