/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_NARROW_S8_H
#define TINYGEN_MVE_NARROW_S8_H

#include <stdint.h>

/* weights and table as in tg_mve_product, relu; the last four channels are a group even
 * where they overlap the group before. The assembly knows the order of the fields. */
typedef struct {
    const int8_t *weights;
    const int32_t *table;
    int32_t in_c;  /* <= 16 */
    int32_t out_c; /* >= 4 */
    int32_t zero_point;
    int32_t pixels; /* of all images */
} tg_mve_narrow;

/* Pixels computed together: four channels of each, then the next four. */
enum { TG_MVE_NARROW_PIXELS = 16 };

/* 1x1 convolution at stride 1 of few channels, whose weights stay in registers.
 *
 * in   [pixels][in_c]
 * out  [pixels][out_c]  saturated only */
void tg_mve_narrow_s8(const tg_mve_narrow *p, const int8_t *in, int8_t *out);

#endif
