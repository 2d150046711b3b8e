/* SPDX-License-Identifier: Apache-2.0 */
/* Four channels of a row, expanded from two columns to four planes. */
#ifndef TINYGEN_DSP_EXPAND_ROW_H
#define TINYGEN_DSP_EXPAND_ROW_H

/* Registers: r4 r5 the columns, four bytes each; r6 r8 are lost. Operands: to, which
 * moves on a word, last the same three planes further, plane in words. */
#define TG_EXPAND_ROW                                                                    \
    "pkhbt r6, r4, r5, lsl #16\n"                                                        \
    "pkhtb r5, r5, r4, asr #16\n"                                                        \
    "sxtb16 r8, r6, ror #8\n"                                                            \
    "sxtb16 r4, r5\n"                                                                    \
    "sxtb16 r5, r5, ror #8\n"                                                            \
    "sxtb16 r6, r6\n"                                                                    \
    "str r8, [%[to], %[plane], lsl #2]\n"                                                \
    "str r4, [%[to], %[plane], lsl #3]\n"                                                \
    "str r5, [%[last]], #4\n"                                                            \
    "str r6, [%[to]], #4\n"

#endif
