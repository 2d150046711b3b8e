/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/add_s8.h"

#include "tinygen/dsp/intrinsics.h"

#define LINEAR 19 /* TFLM's 20 bits, times one half */

static inline int8_t output(const tg_add_args *p, int32_t sum)
{
    const int32_t y = tg_smmlar(sum * 2, p->out_multiplier, p->out_rounding);
    return (int8_t)tg_ssat8((y + (sum >> 31)) >> p->out_shift);
}

static inline int8_t add(const tg_add_args *p, int8_t linear, int8_t other)
{
    const int32_t value = other * (1 << 21) + p->offset;
    const int32_t scaled =
        (tg_smmlar(value, p->multiplier, p->rounding) + (value >> 31)) >> p->shift;
    return output(p, scaled + (linear * (1 << LINEAR) + p->linear_offset));
}

static inline int8_t add_equal(const tg_add_args *p, int8_t in0, int8_t in1)
{
    return output(p, (in0 + in1) * (1 << LINEAR) + p->linear_offset);
}

void tg_add_dsp_s8(const tg_add_args *p, const int8_t *a, const int8_t *b, uint32_t count,
                   int8_t *out)
{
    const tg_add_args local = *p; /* in registers: out might be p, for all C knows */
    for (; count > 0; count--) {
        *out++ = add(&local, *a++, *b++);
    }
}

void tg_add_equal_s8(const tg_add_args *p, const int8_t *a, const int8_t *b,
                     uint32_t count, int8_t *out)
{
    const tg_add_args local = *p;
    for (; count > 0; count--) {
        *out++ = add_equal(&local, *a++, *b++);
    }
}
