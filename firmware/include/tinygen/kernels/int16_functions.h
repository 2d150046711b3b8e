/* SPDX-License-Identifier: Apache-2.0 */
/* TFLM's int16 logistic and tanh: interpolation in a table of the logistic function. */
#ifndef TINYGEN_KERNELS_INT16_FUNCTIONS_H
#define TINYGEN_KERNELS_INT16_FUNCTIONS_H

#include <stdint.h>

#define TG_LOGISTIC_ENTRIES 256

/* Table value times 2^fraction_bits, or ceiling beyond the table.
 * table [256]  logistic(i / 24) * 2^16 - 2^15 */
static inline int32_t tg_logistic_entry(const int16_t *table, int32_t magnitude,
                                        int32_t fraction_bits, int32_t ceiling)
{
    const int32_t whole = magnitude >> fraction_bits;
    if (whole >= TG_LOGISTIC_ENTRIES - 1) {
        return ceiling;
    }
    const int32_t part = magnitude & ((1 << fraction_bits) - 1);
    const int32_t low = table[whole] + (1 << 15);
    return (low << fraction_bits) + part * (table[whole + 1] - table[whole]);
}

/* Q3.12 to Q0.15. */
static inline int16_t tg_logistic_s16(const int16_t *table, int16_t value)
{
    const int32_t wide = value * 3;
    const int32_t magnitude = wide < 0 ? -wide : wide;
    const int32_t entry = tg_logistic_entry(table, magnitude, 9, 0x7fff << 10);
    const int32_t result =
        wide >= 0 ? entry + (1 << 9) : (1 << 25) - entry + (1 << 9) - 1;
    return (int16_t)(result >> 10);
}

/* value * multiplier / 2^shift, rounded, is three times the argument in Q3.12; the result
 * is Q0.15. multiplier in [3, 3 * 2^12], shift in [0, 3]. */
static inline int16_t tg_tanh_s16(const int16_t *table, int16_t value, int32_t multiplier,
                                  int32_t shift)
{
    const int32_t half = shift > 0 ? 1 << (shift - 1) : 0;
    const int32_t wide = (value * multiplier + half) >> shift;
    const int32_t magnitude = wide < 0 ? -wide : wide;
    const int32_t entry = tg_logistic_entry(table, magnitude, 8, 0xffff << 8);
    const int32_t above = entry - (1 << 23);
    const int32_t result = wide >= 0 ? above + (1 << 7) : -above + (1 << 7) - 1;
    return (int16_t)(result >> 8);
}

#endif
