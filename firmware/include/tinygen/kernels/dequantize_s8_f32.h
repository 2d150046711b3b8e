/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_DEQUANTIZE_S8_F32_H
#define TINYGEN_KERNELS_DEQUANTIZE_S8_F32_H

#include <stdint.h>

/* int8 to float32: scale * (in - zero_point).
 *
 * in   [n]  int8
 * out  [n]  float32; may overlap in where it starts at least 3 n bytes below it */
void tg_dequantize_s8_f32(const int8_t *in, float scale, int32_t zero_point, int32_t n,
                          float *out);

#endif
