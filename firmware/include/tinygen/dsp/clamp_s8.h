/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_DSP_CLAMP_S8_H
#define TINYGEN_DSP_CLAMP_S8_H

#include <stdint.h>

/* Clamp count values in place to [low, high]. */
void tg_clamp_s8(int8_t *values, int32_t count, int32_t low, int32_t high);

/* The same for count channels of each pixel, step bytes apart. */
void tg_clamp_pixels_s8(int8_t *values, int32_t pixels, int32_t count, int32_t step,
                        int32_t low, int32_t high);

#endif
