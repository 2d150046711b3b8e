/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_LOOKUP_S8_H
#define TINYGEN_MVE_LOOKUP_S8_H

#include <stdint.h>

/* Any function of one byte, as tg_lookup_s8, 16 values at a time. */
void tg_mve_lookup_s8(const int8_t *in, const int8_t *table, int32_t n, int8_t *out);

#endif
