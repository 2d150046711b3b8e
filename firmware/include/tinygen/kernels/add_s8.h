/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_ADD_S8_H
#define TINYGEN_KERNELS_ADD_S8_H

#include "tinygen/kernels/binary_s8.h"

/* in0 + in1, a `tg_binary_s8`; uses all parameters. in0 and in1 are brought to twice the
 * larger scale (multipliers at most 0.5), which the out multiplier takes from there. */
void tg_add_s8(const tg_binary_params *p, const int8_t *in0, const int8_t *in1, int32_t n,
               int8_t *out);

#endif
