/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_DSP_ADD_S8_H
#define TINYGEN_DSP_ADD_S8_H

#include <stdint.h>

/* TFLM brings both inputs to twice the larger scale, 20 bits below it: the input of the
 * larger scale ("linear") is then exactly (value - zero point) << 19.
 *
 * The other one becomes
 *     (round(((value << 21) + offset) * multiplier / 2^32) + rounding - [negative]) >>
 * shift where offset is minus its zero point << 21. The output is (round(2 * sum *
 * out_multiplier / 2^32) + out_rounding - [negative]) >> out_shift where out_rounding has
 * the output's zero point; saturated only.
 *
 * linear_offset is minus the zero point << 19. With equal scales (tg_add_equal_s8) both
 * inputs are linear, linear_offset is of both, and the next four are not used. */
typedef struct {
    int32_t linear_offset;
    int32_t offset, multiplier, rounding, shift;
    int32_t out_multiplier, out_rounding, out_shift;
} tg_add_args;

/* a is the linear input. count values; out may be an input, or lie below it. */
void tg_add_dsp_s8(const tg_add_args *p, const int8_t *a, const int8_t *b, uint32_t count,
                   int8_t *out);
void tg_add_equal_s8(const tg_add_args *p, const int8_t *a, const int8_t *b,
                     uint32_t count, int8_t *out);

#endif
