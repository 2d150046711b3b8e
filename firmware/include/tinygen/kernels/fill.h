/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_FILL_H
#define TINYGEN_KERNELS_FILL_H

#include <stdint.h>

/* Repeat one value.
 *
 * value  [element_bytes]
 * out    [count][element_bytes]  any alignment; must not overlap value */
void tg_fill(const void *value, int32_t element_bytes, int32_t count, void *out);

#endif
