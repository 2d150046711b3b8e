/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_ADD_S8_H
#define TINYGEN_MVE_ADD_S8_H

#include <stdint.h>

/* The input of the larger scale comes first: TFLM multiplies it by 0.5 exactly. Shifts
 * are to the left, so all are negative. The assembly knows the order of the fields. */
typedef struct {
    int32_t count;
    int32_t in0_offset;                /* minus its zero point, times 2^19 */
    int32_t in1_offset;                /* times 2^20, or 2^19 where scales are equal */
    int32_t in1_multiplier, in1_shift; /* unused where scales are equal */
    int32_t out_multiplier, out_shift;
    int32_t out_offset, out_min, out_max;
} tg_mve_add;

/* in0 + in1, count values each, as TFLM rounds them; out may be in0 or in1, or lie below
 * either. tg_mve_add_equal_s8 is for scales of which both are multiplied by 0.5. */
void tg_mve_add_s8(const tg_mve_add *p, const int8_t *in0, const int8_t *in1,
                   int8_t *out);
void tg_mve_add_equal_s8(const tg_mve_add *p, const int8_t *in0, const int8_t *in1,
                         int8_t *out);

#endif
