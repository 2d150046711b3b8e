/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_NEG_F32_H
#define TINYGEN_KERNELS_NEG_F32_H

#include <stdint.h>

/* out = -in, float32.
 *
 * in   [n]
 * out  [n]  may be in, or lie below it */
void tg_neg_f32(const float *in, int32_t n, float *out);

#endif
