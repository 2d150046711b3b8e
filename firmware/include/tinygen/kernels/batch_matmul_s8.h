/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_BATCH_MATMUL_S8_H
#define TINYGEN_KERNELS_BATCH_MATMUL_S8_H

#include "tinygen/kernels/output_s8.h"

typedef struct {
    int32_t batches[3]; /* outermost first */
    int32_t rows, depth, columns;
    int32_t a_step[5]; /* elements: batch to batch (0 repeats it), row, along depth */
    int32_t b_step[5]; /* elements: batch to batch (0 repeats it), column, along depth */
    int32_t a_offset, b_offset; /* minus the zero points, [-127, 128] */
    int32_t multiplier;         /* Q31, 0 or in [2^30, 2^31) */
    int32_t shift;              /* in [-31, 30] */
    tg_output output;
} tg_batch_matmul_params;

/* Products of matrices, int8 in and out, int32 accumulator; either operand may be
 * transposed or have its batches repeated, which is in its steps.
 *
 * a    one matrix a batch, [rows][depth] but for the steps
 * b    one matrix a batch, [depth][columns] but for the steps
 * out  [batches[0]][batches[1]][batches[2]][rows][columns]; must not overlap a or b */
void tg_batch_matmul_s8(const tg_batch_matmul_params *p, const int8_t *a, const int8_t *b,
                        int8_t *out);

#endif
