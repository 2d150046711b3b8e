/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_L2_NORMALIZATION_S8_H
#define TINYGEN_KERNELS_L2_NORMALIZATION_S8_H

#include <stdint.h>

/* Divide rows by the root of the sum of their squares.
 *
 * in      [rows][depth]  int8; depth is in [1, 8256]
 * offset  minus in's zero point, [-127, 128]
 * out     [rows][depth]  int8, in units of 1/128, saturated; may be in, or lie below it
 */
void tg_l2_normalization_s8(const int8_t *in, int32_t offset, int32_t rows, int32_t depth,
                            int8_t *out);

#endif
