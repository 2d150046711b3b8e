/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_DSP_FULLY_CONNECTED_S8_H
#define TINYGEN_DSP_FULLY_CONNECTED_S8_H

#include <stdint.h>

/* Four output channels at a time, depth in blocks of 4 values k0..k3 (zero weights pad
 * it, and the last group).
 *
 * x        [blocks][2]          lanes (k0, k2), (k1, k3); or the input itself (direct)
 * weights  [groups][blocks]     16 bytes of channels a to d:
 *          packed:  int16 256 * b + a at k0, k2, k1, k3, then 256 * d + c, as in
 *                   tg_matmul_args
 *          wide:    int8 a[k0..k3], b, c, d
 * bias     [groups][4]          packed: a, 256 * b + a, c, 256 * d + c; wide: a to d
 * scale    [groups * 4 or 1][2] multiplier, then rounding and shift, as in tg_matmul_args
 * out      [groups * 4] */
typedef struct {
    const int8_t *weights;
    const void *x, *x_end;
    uint32_t blocks; /* > 0 */
    const int32_t *bias;
    const int32_t *scale;
    uint32_t scale_step; /* bytes from one channel's scale to the next: 8, or 0 */
    int8_t *out, *out_end;
} tg_product_args;

typedef void tg_product(const tg_product_args *m);

tg_product tg_product_packed_s8, tg_product_wide_s8, tg_product_direct_s8 /* packed */;

typedef struct {
    int32_t depth, out_c;
    uint32_t scale_step;
} tg_fully_connected_args;

/* Fully connected layer, one row of input.
 *
 * in       [depth]
 * scratch  2 * depth bytes, depth rounded up to 4, 4-byte aligned; NULL: product is
 * direct, and depth % 4 == 0 out      [out_c]  saturated only */
void tg_fully_connected_dsp_s8(const tg_fully_connected_args *p, tg_product *product,
                               const int8_t *in, const void *weights, const int32_t *bias,
                               const int32_t *scale, uint32_t *scratch, int8_t *out);

#endif
