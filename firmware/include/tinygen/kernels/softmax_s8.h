/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_SOFTMAX_S8_H
#define TINYGEN_KERNELS_SOFTMAX_S8_H

#include <stdint.h>

/* Softmax over rows: exp(in) divided by the sum of the row, in units of 1/256 less 128.
 *
 * in     [rows][depth]  int8; depth is in [1, 8191]
 * table  [table_size]   exp by how far an input is below the maximum of its row, Q0.31;
 *                       beyond, exp is 0; table[0] is INT32_MAX
 * out    [rows][depth]  int8; may be in, or lie below it
 *
 * A row whose sum is 512 or more, where TFLM stops, gives -128 only. */
void tg_softmax_s8(const int8_t *in, const int32_t *table, int32_t table_size,
                   int32_t rows, int32_t depth, int8_t *out);

#endif
