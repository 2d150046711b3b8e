/* SPDX-License-Identifier: Apache-2.0 */
/* The product that convolutions and fully connected layers end in: one or two pixels
 * times all output channels, 16 multiplications an instruction. */
#ifndef TINYGEN_MVE_PRODUCT_S8_H
#define TINYGEN_MVE_PRODUCT_S8_H

#include <stdint.h>

/* weights     [groups][blocks][4 channels][16]  zeros pad the depth and the last group;
 *             4-byte aligned
 * table       [groups][3][4]  bias with the input's zero point, Q31 multiplier, and minus
 *             the right shift; exact: [groups][4][4], between them a left shift;
 *             shared: [2][4] the one multiplier and shift, then biases
 * out_c       channels; groups = out_c / 4, rounded up
 *
 * The assembly knows the order of the fields. */
typedef struct {
    const int8_t *weights;
    const int32_t *table;
    uint32_t blocks; /* of 16 values, > 0 */
    int32_t out_c;
    int32_t zero_point, min, max; /* of the output */
    int32_t out_step;             /* bytes from one output pixel to the next */
} tg_mve_product;

/* Compute a pixel x [16 * blocks], or two of them, to out [out_c] and to [out_c] out_step
 * behind it. Values that meet zero weights may be anything.
 *
 * Outputs are TFLM's, rounded twice: VQRDMULH is its first rounding bit for bit, VRSHL
 * its second except for negative halves, which it rounds up, and which plain and exact
 * move down first. They differ in what they are for: relu   shifts in [-31, 0], min >=
 * zero_point: what becomes of negative sums is cut off plain  shifts in [-31, -1] exact
 * any shifts in [-31, 30] */
typedef void tg_mve_product1(const tg_mve_product *p, const int8_t *x, int8_t *out);
typedef void tg_mve_product2(const tg_mve_product *p, const int8_t *x0, const int8_t *x1,
                             int8_t *out);

tg_mve_product1 tg_mve_product1_relu_s8, tg_mve_product1_plain_s8,
    tg_mve_product1_exact_s8, tg_mve_product1_shared_relu_s8,
    tg_mve_product1_shared_plain_s8;
tg_mve_product2 tg_mve_product2_relu_s8, tg_mve_product2_plain_s8,
    tg_mve_product2_exact_s8;

/* The two of a kind; there is no shared one of two pixels. */
typedef struct {
    tg_mve_product1 *one;
    tg_mve_product2 *two;
} tg_mve_product_set;

extern const tg_mve_product_set tg_mve_relu_s8, tg_mve_plain_s8, tg_mve_exact_s8,
    tg_mve_shared_relu_s8, tg_mve_shared_plain_s8;

#endif
