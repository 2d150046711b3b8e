/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/fill.h"

#include <string.h>

void tg_fill(const void *value, int32_t element_bytes, int32_t count, void *out)
{
    if (element_bytes == 1) {
        memset(out, *(const uint8_t *)value, (size_t)count);
        return;
    }
    uint8_t *at = out;
    for (int32_t i = 0; i < count; i++) {
        memcpy(at, value, (size_t)element_bytes);
        at += element_bytes;
    }
}
