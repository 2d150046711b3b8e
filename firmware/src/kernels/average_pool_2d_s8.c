/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/average_pool_2d_s8.h"

#include "tinygen/fixed_point.h"

/* Mean of one channel over an area; in starts at the channel of the image. */
static int32_t average_area(const tg_pool_params *p, tg_pool_area area, const int8_t *in)
{
    int32_t sum = 0;
    for (int32_t y = area.top; y < area.bottom; y++) {
        for (int32_t x = area.left; x < area.right; x++) {
            sum += in[(y * p->window.in_w + x) * p->channels];
        }
    }
    const int32_t count = (area.bottom - area.top) * (area.right - area.left);
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

void tg_average_pool_2d_s8(const tg_pool_params *p, const int8_t *in, int8_t *out)
{
    const tg_window *w = &p->window;
    const int32_t image = w->in_h * w->in_w * p->channels;
    for (int32_t batch = 0; batch < p->batches; batch++) {
        for (int32_t pixel = 0; pixel < w->out_h * w->out_w; pixel++) {
            const tg_pool_area area =
                tg_pool_area_of(w, pixel / w->out_w, pixel % w->out_w);
            for (int32_t c = 0; c < p->channels; c++) {
                const int32_t mean = average_area(p, area, &in[batch * image + c]);
                *out++ = (int8_t)tg_clamp(mean, p->out_min, p->out_max);
            }
        }
    }
}
