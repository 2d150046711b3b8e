/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/arg_extreme_s8.h"

void tg_arg_extreme_s8(const int8_t *in, int32_t outer, int32_t size, int32_t inner,
                       int32_t sign, int32_t *out)
{
    for (int32_t n = 0; n < outer * inner; n++) {
        const int8_t *at = &in[n / inner * size * inner + n % inner];
        int32_t best = 0;
        for (int32_t i = 1; i < size; i++) {
            if (sign * at[i * inner] > sign * at[best * inner]) {
                best = i;
            }
        }
        out[n] = best;
    }
}
