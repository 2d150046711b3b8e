/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/lookup_s8.h"

void tg_lookup_s8(const int8_t *in, const int8_t *table, int32_t n, int8_t *out)
{
    for (int32_t i = 0; i < n; i++) {
        out[i] = table[(uint8_t)in[i]];
    }
}
