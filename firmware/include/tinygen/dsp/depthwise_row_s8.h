/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_DSP_DEPTHWISE_ROW_S8_H
#define TINYGEN_DSP_DEPTHWISE_ROW_S8_H

#include "tinygen/dsp/depthwise_3x3_s8.h"

/* One row of a 3x3 depthwise convolution at stride 1, for one image, where negative sums
 * are cut off: what tg_depthwise_apart_3x3_s8 computes with out_h of 1 and a relu set.
 *
 * scratch  48 bytes a pair of columns of a tile, of which there is one more than the
 *          output has, rounded up; 4-byte aligned
 *
 * band_rows and kept_at are not used; out is not in. */
void tg_depthwise_row_3x3_s8(const tg_depthwise_args *p, const int8_t *in,
                             const int8_t *weights, const int32_t *scale,
                             uint32_t *scratch, int8_t *out);

#endif
