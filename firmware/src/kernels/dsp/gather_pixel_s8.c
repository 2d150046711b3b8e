/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/conv_2d_s8.h"
#include "tinygen/dsp/pointwise_s8.h"

void tg_gather_pixel_s8(const tg_conv_args *p, const tg_position *at, int32_t first,
                        uint32_t *x)
{
    (void)first;
    const int8_t *from[3];
    for (int n = 0; n < 3; n++) {
        from[n] = &at[n].image[(at[n].y * p->window.in_w + at[n].x) * p->in_c];
    }
    tg_expand_pixels_s8(from[0], from[1], from[2], (uint32_t)p->in_c, x);
}
