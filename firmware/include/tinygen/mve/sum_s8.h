/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of pixels, eight channels at a time: what pooling and reductions share. */
#ifndef TINYGEN_MVE_SUM_S8_H
#define TINYGEN_MVE_SUM_S8_H

#include <arm_mve.h>
#include <stdint.h>

#define TG_MVE_SUM_CHANNELS 8

/* Add pixels, step bytes apart, to the sums of their first eight channels; of fewer where
 * no more are left. Sums of up to 255 pixels fit. */
static inline int16x8_t tg_mve_add_pixels(int16x8_t sums, const int8_t *in, int32_t count,
                                          int32_t step, int32_t channels)
{
    if (channels >= TG_MVE_SUM_CHANNELS) {
        for (; count > 0; count--, in += step) {
            sums = vaddq_s16(sums, vldrbq_s16(in));
        }
        return sums;
    }
    const mve_pred16_t some = vctp16q((uint32_t)channels);
    for (; count > 0; count--, in += step) {
        sums = vaddq_s16(sums, vldrbq_z_s16(in, some));
    }
    return sums;
}

#endif
