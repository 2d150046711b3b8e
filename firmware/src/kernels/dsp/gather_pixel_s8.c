/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_2d_s8.h"
#include "tinygen/dsp/intrinsics.h"

/* Expand the 1 to 3 bytes that are left of each pixel, which a word would read beyond. */
static void expand_rest(const int8_t *const *from, int32_t count, uint32_t *x)
{
    for (int n = 0; n < 3; n++) {
        int8_t bytes[4] = {0, 0, 0, 0};
        for (int32_t i = 0; i < count; i++) {
            bytes[i] = from[n][i];
        }
        const uint32_t word = tg_load4(bytes);
        x[n] = tg_sxtb16(word);
        x[n + 3] = tg_sxtb16_odd(word);
    }
}

void tg_gather_pixel_s8(const tg_conv_args *p, const tg_position *at, int32_t first,
                        uint32_t *x)
{
    (void)first;
    const int8_t *from[3];
    for (int n = 0; n < 3; n++) {
        from[n] = &at[n].image[(at[n].y * p->window.in_w + at[n].x) * p->in_c];
    }
    const uint32_t whole = (uint32_t)p->in_c / 4;
    if (whole > 0) {
        x = tg_expand3_s8(from[0], from[1], from[2], whole, x);
    }
    if (p->in_c % 4 != 0) {
        for (int n = 0; n < 3; n++) {
            from[n] += 4 * whole;
        }
        expand_rest(from, p->in_c % 4, x);
    }
}
