/* SPDX-License-Identifier: Apache-2.0 */
/* Assembly that turns a vector of sums into outputs: pieces that products share. */
#ifndef TINYGEN_MVE_REQUANTIZE_H
#define TINYGEN_MVE_REQUANTIZE_H

/* Multiply sums in q0 by the multipliers at r9; leaves minus the right shifts in q3.
 * Those with _TWO do it to q1 as well. Free: q2. */
#define TG_MVE_MULTIPLY                                                                  \
    "vldrw.u32 q2, [r9], #32\n"                                                          \
    "vldrw.u32 q3, [r9, #-16]\n"                                                         \
    "vqrdmulh.s32 q0, q0, q2\n"
#define TG_MVE_MULTIPLY_TWO TG_MVE_MULTIPLY "vqrdmulh.s32 q1, q1, q2\n"

/* The same after a left shift. */
#define TG_MVE_SHIFT_MULTIPLY                                                            \
    "vldrw.u32 q2, [r9], #48\n"                                                          \
    "vldrw.u32 q3, [r9, #-32]\n"                                                         \
    "vshl.s32 q0, q0, q3\n"                                                              \
    "vqrdmulh.s32 q0, q0, q2\n"
#define TG_MVE_SHIFT_MULTIPLY_TWO                                                        \
    TG_MVE_SHIFT_MULTIPLY                                                                \
    "vshl.s32 q1, q1, q3\n"                                                              \
    "vqrdmulh.s32 q1, q1, q2\n"
#define TG_MVE_RIGHT_SHIFTS "vldrw.u32 q3, [r9, #-16]\n"

/* Take 1 from negative values of a vector, so that VRSHL rounds halves away from zero. */
#define TG_MVE_LOWER(q)                                                                  \
    "vshr.s32 q2, " q ", #31\n"                                                          \
    "vadd.i32 " q ", " q ", q2\n"

/* Take it only where there is a right shift. */
#define TG_MVE_LOWER_IF_SHIFTED(q)                                                       \
    "vand q2, " q ", q3\n"                                                               \
    "vshr.s32 q2, q2, #31\n"                                                             \
    "vadd.i32 " q ", " q ", q2\n"

/* Shift right, add the zero point in r1, and clamp to [q4, q5]. */
#define TG_MVE_FINISH(q)                                                                 \
    "vrshl.s32 " q ", " q ", q3\n"                                                       \
    "vadd.i32 " q ", " q ", r1\n"                                                        \
    "vmax.s32 " q ", " q ", q4\n"                                                        \
    "vmin.s32 " q ", " q ", q5\n"

#endif
