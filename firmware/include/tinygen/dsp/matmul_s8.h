/* SPDX-License-Identifier: Apache-2.0 */
/* The product that all convolutions end in: 3 pixels times pairs of output channels. */
#ifndef TINYGEN_DSP_MATMUL_S8_H
#define TINYGEN_DSP_MATMUL_S8_H

#include <stdint.h>

/* Depth runs in blocks of 4 values k0..k3 (zero weights pad it).
 *
 * x        [blocks][2][3 pixels]  lanes (k0, k2), then (k1, k3)
 * weights  [pairs][blocks]        8 bytes of two channels a and b:
 *          wide:    int8 a[k0..k3], b[k0..k3]
 *          packed:  int16 256 * b + a at k0, k2, k1, k3: half the unpacking, as
 *                   sum(x * (256 * b + a)) - sum(x * a) = 256 * sum(x * b);
 *                   needs the sums of b in [-2^23, 2^23)
 * table    [pairs][6]             bias a, bias b (packed: 256 * b + a); then for a and b
 *          two steps:             the Q31 multiplier, and bits 31 to 8: rounding and
 *                                 output offset, 7 to 0: right shift
 *          packed_relu:           multiplier and rounding of one step
 * out      channel 0 of the first pair at pixel 0; the others are step1, step2 behind
 *
 * Sums are within (-2^30, 2^30). In two steps a channel's output is
 *     (round(sum * multiplier / 2^31) + rounding - [1 if the sum is negative]) >> shift
 * saturated to int8, which is TFLM's double rounding: see docs/performance.md. In one
 * step it is (round(sum * multiplier / 2^32) + rounding) >> 3 for a, and for b, whose sum
 * counts 256 times, the same >> 11: a multiplier, rounding and bias with which that is
 * TFLM's output for each sum that can be. */
typedef struct {
    const int8_t *weights;
    const uint32_t *x;
    int8_t *out;
    uint32_t step1, step2; /* bytes */
    int8_t *out_end;       /* after the last pair at pixel 0; two bytes a pair */
    const uint32_t *x_end;
    uint32_t blocks; /* > 0 */
    const int32_t *table;
} tg_matmul_args;

typedef void tg_matmul(const tg_matmul_args *m);

tg_matmul tg_matmul_packed_relu_s8, tg_matmul_packed_s8, tg_matmul_wide_s8;

/* The same sums, added to acc [pairs][a: 3 pixels, b: 3 pixels] (packed: b holds
 * 256 * b + a); for depths that do not fit the scratch buffer at once. */
typedef struct {
    const int8_t *weights;
    const uint32_t *x, *x_end;
    uint32_t blocks;
    int32_t *acc, *acc_end;
} tg_accumulate_args;

typedef void tg_accumulate(const tg_accumulate_args *m);

tg_accumulate tg_accumulate_packed_s8, tg_accumulate_wide_s8;

/* Expand 4 * blocks bytes of three pixels to x, as above. Returns the end of x. */
uint32_t *tg_expand3_s8(const int8_t *a, const int8_t *b, const int8_t *c,
                        uint32_t blocks, uint32_t *x);

#endif
