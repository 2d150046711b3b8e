/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/intrinsics.h"
#include "tinygen/dsp/pointwise_s8.h"

/* Expand the 1 to 3 bytes that are left of a pixel, which a word would read beyond. */
static void expand_rest(const int8_t *from, uint32_t count, uint32_t *x)
{
    int8_t bytes[4] = {0, 0, 0, 0};
    for (uint32_t n = 0; n < count; n++) {
        bytes[n] = from[n];
    }
    const uint32_t word = tg_load4(bytes);
    x[0] = tg_sxtb16(word);
    x[3] = tg_sxtb16_odd(word);
}

void tg_expand_pixels_s8(const int8_t *a, const int8_t *b, const int8_t *c,
                         uint32_t count, uint32_t *x)
{
    const uint32_t whole = count / 4;
    const uint32_t rest = count % 4;
    if (whole > 0) {
        x = tg_expand3_s8(a, b, c, whole, x);
    }
    if (rest > 0) {
        expand_rest(&a[4 * whole], rest, &x[0]);
        expand_rest(&b[4 * whole], rest, &x[1]);
        expand_rest(&c[4 * whole], rest, &x[2]);
    }
}
