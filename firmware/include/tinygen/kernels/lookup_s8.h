/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_LOOKUP_S8_H
#define TINYGEN_KERNELS_LOOKUP_S8_H

#include <stdint.h>

/* Any function of one byte: out[i] = table[in[i]].
 *
 * in     [n]    int8, or uint8
 * table  [256]  by the input byte as unsigned: 0 to 127, then -128 to -1 for int8
 * out    [n]    what the table holds; may be in, or lie below it */
void tg_lookup_s8(const int8_t *in, const int8_t *table, int32_t n, int8_t *out);

#endif
