/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_QUANTIZE_F32_S8_H
#define TINYGEN_KERNELS_QUANTIZE_F32_S8_H

#include <stdint.h>

/* float32 to int8: in / scale rounded, halves away from zero, plus zero_point, saturated.
 * NaN becomes the zero point.
 *
 * in     [n]  float32
 * scale  > 0
 * out    [n]  int8; may start where in starts, or below */
void tg_quantize_f32_s8(const float *in, float scale, int32_t zero_point, int32_t n,
                        int8_t *out);

#endif
