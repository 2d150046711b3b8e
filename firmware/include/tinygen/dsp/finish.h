/* SPDX-License-Identifier: Apache-2.0 */
/* Requantize one sum in six instructions, as tg_matmul_args says. */
#ifndef TINYGEN_DSP_FINISH_H
#define TINYGEN_DSP_FINISH_H

#include "tinygen/dsp/intrinsics.h"

/* doubled: the sum times 2; scale: multiplier, then rounding and shift. */
static inline int8_t tg_finish_sum(int32_t doubled, const int32_t *scale)
{
    const int32_t y = tg_smmlar(doubled, scale[0], scale[1] >> 8) + (doubled >> 31);
    return (int8_t)tg_ssat8(y >> (scale[1] & 0xff));
}

#endif
