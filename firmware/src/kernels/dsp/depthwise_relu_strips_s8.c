/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "tinygen/dsp/depthwise_strips.h"

#if TG_DSP

/* Registers: r0 x, r1 out, r4 to r6 weights (w0, w1) of three rows, r7 to r9 (w1, w2),
 * r12 lr two column pairs; at stride 1 two rows at a time: r2 r3 sums of the upper, r10
 * r11 of the lower; single columns: r2 r10 sums, r3 multiplier, r11 rounding. Stack: 0 to
 * 15 bias, 16 multiplier, 20 rounding, 24 out_step, 28 row_step, 32 last x, 36 strips, 40
 * strip_step, 44 out, 48 arguments, 52 x_bytes. */
#define BEGIN                                                                            \
    "sub sp, sp, #56\n"                                                                  \
    "str r0, [sp, #48]\n"                                                                \
    "3:\n"                                                                               \
    "ldmia r0, {r1-r9}\n"                                                                \
    "mov r0, r1\n"                                                                       \
    "strd r3, r6, [sp, #24]\n"                                                           \
    "add r6, r1, r7\n"                                                                   \
    "sub r6, r6, #8\n"                                                                   \
    "strd r6, r8, [sp, #32]\n"                                                           \
    "strd r9, r2, [sp, #40]\n"                                                           \
    "str r7, [sp, #52]\n"                                                                \
    "mov r1, r2\n"                                                                       \
    "ldmia r4, {r2, r3, r11}\n"                                                          \
    "strd r2, r2, [sp]\n"                                                                \
    "strd r2, r2, [sp, #8]\n"                                                            \
    "strd r3, r11, [sp, #16]\n"                                                          \
    "ldmia r5, {r4, r5, r6}\n"                                                           \
    "sxtb16 r7, r4, ror #8\n"                                                            \
    "sxtb16 r8, r5, ror #8\n"                                                            \
    "sxtb16 r9, r6, ror #8\n"                                                            \
    "sxtb16 r4, r4\n"                                                                    \
    "sxtb16 r5, r5\n"                                                                    \
    "sxtb16 r6, r6\n"

/* One row of column pair x, and weights: x0 w0 + x1 w1 and x1 w0; x2 w2 and x2 w1 + x3
 * w2. */
#define LEFT(left, right, x, w)                                                          \
    "smlad " left ", " x ", " w ", " left "\n"                                           \
    "smlatb " right ", " x ", " w ", " right "\n"
#define RIGHT(left, right, x, w)                                                         \
    "smlabt " left ", " x ", " w ", " left "\n"                                          \
    "smlad " right ", " x ", " w ", " right "\n"

/* Four outputs, two rows of two: 48 instructions with what follows. */
#define PAIR_SUMS                                                                        \
    "1:\n"                                                                               \
    "ldmia sp, {r2, r3, r10, r11}\n"                                                     \
    "ldrd r12, lr, [r0], #8\n" LEFT("r2", "r3", "r12", "r4")                             \
        LEFT("r2", "r3", "lr", "r5")                                                     \
            LEFT("r10", "r11", "lr", "r4") "ldrd r12, lr, [r0]\n" LEFT(                  \
                "r2", "r3", "r12", "r6") LEFT("r10", "r11", "r12", "r5")                 \
                LEFT("r10", "r11", "lr", "r6") "ldrd r12, lr, [r0, #56]\n" RIGHT(        \
                    "r2", "r3", "r12", "r7") RIGHT("r2", "r3", "lr", "r8")               \
                    RIGHT("r10", "r11", "lr", "r7") "ldrd r12, lr, [r0, #64]\n" RIGHT(   \
                        "r2", "r3", "r12", "r9") RIGHT("r10", "r11", "r12", "r8")        \
                        RIGHT("r10", "r11", "lr", "r9")

/* The lower row is stored first: where there is none, row_step is 0. */
#define PAIR_END                                                                         \
    "ldrd r12, lr, [sp, #16]\n"                                                          \
    "smmlar r2, r2, r12, lr\n"                                                           \
    "smmlar r3, r3, r12, lr\n"                                                           \
    "smmlar r10, r10, r12, lr\n"                                                         \
    "smmlar r11, r11, r12, lr\n"                                                         \
    "ldrd r12, lr, [sp, #24]\n"                                                          \
    "ssat r10, #8, r10, asr #3\n"                                                        \
    "ssat r11, #8, r11, asr #3\n"                                                        \
    "strb r10, [r1, lr]\n"                                                               \
    "ssat r2, #8, r2, asr #3\n"                                                          \
    "add r10, lr, r12\n"                                                                 \
    "strb r11, [r1, r10]\n"                                                              \
    "ssat r3, #8, r3, asr #3\n"                                                          \
    "strb r2, [r1]\n"                                                                    \
    "strb r3, [r1, r12]\n"                                                               \
    "add r1, r1, lr, lsl #1\n"                                                           \
    "ldr lr, [sp, #32]\n"                                                                \
    "cmp r0, lr\n"                                                                       \
    "bls 1b\n"

#define SINGLE1_SUMS                                                                     \
    "6:\n"                                                                               \
    "ldrd r2, r10, [sp]\n"                                                               \
    "ldrd r12, lr, [r0], #8\n"                                                           \
    "smlad r2, r12, r4, r2\n"                                                            \
    "smlad r10, lr, r4, r10\n"                                                           \
    "smlad r2, lr, r5, r2\n"                                                             \
    "ldrd r12, lr, [r0]\n"                                                               \
    "smlad r10, r12, r5, r10\n"                                                          \
    "smlad r2, r12, r6, r2\n"                                                            \
    "smlad r10, lr, r6, r10\n"                                                           \
    "ldrd r12, lr, [r0, #56]\n"                                                          \
    "smlabt r2, r12, r7, r2\n"                                                           \
    "smlabt r10, lr, r7, r10\n"                                                          \
    "smlabt r2, lr, r8, r2\n"                                                            \
    "ldrd r12, lr, [r0, #64]\n"                                                          \
    "smlabt r10, r12, r8, r10\n"                                                         \
    "smlabt r2, r12, r9, r2\n"                                                           \
    "smlabt r10, lr, r9, r10\n"

#define SINGLE1_END                                                                      \
    "smmlar r2, r2, r3, r11\n"                                                           \
    "smmlar r10, r10, r3, r11\n"                                                         \
    "ldrd r12, lr, [sp, #28]\n"                                                          \
    "ssat r2, #8, r2, asr #3\n"                                                          \
    "ssat r10, #8, r10, asr #3\n"                                                        \
    "strb r10, [r1, r12]\n"                                                              \
    "strb r2, [r1]\n"                                                                    \
    "add r1, r1, r12, lsl #1\n"                                                          \
    "cmp r0, lr\n"                                                                       \
    "bls 6b\n"

/* The last of an odd number of rows, together with the one before once more. */
#define LAST_ROW(loop)                                                                   \
    "add lr, lr, #4\n"                                                                   \
    "cmp r0, lr\n"                                                                       \
    "bne 5f\n"                                                                           \
    "ldr r12, [sp, #28]\n"                                                               \
    "sub r0, r0, #4\n"                                                                   \
    "sub r1, r1, r12\n"                                                                  \
    "b " loop "b\n"                                                                      \
    "5:\n"

#define SINGLE2                                                                          \
    "1:\n"                                                                               \
    "ldr r2, [sp]\n"                                                                     \
    "ldrd r12, lr, [r0], #8\n"                                                           \
    "smlad r2, r12, r4, r2\n"                                                            \
    "smlad r2, lr, r5, r2\n"                                                             \
    "ldrd r12, lr, [r0, #56]\n"                                                          \
    "smlabt r2, r12, r7, r2\n"                                                           \
    "smlabt r2, lr, r8, r2\n"                                                            \
    "ldr r12, [r0]\n"                                                                    \
    "ldr lr, [r0, #64]\n"                                                                \
    "smlad r2, r12, r6, r2\n"                                                            \
    "smlabt r2, lr, r9, r2\n"                                                            \
    "ldrd r12, lr, [sp, #28]\n"                                                          \
    "smmlar r2, r2, r3, r11\n"                                                           \
    "ssat r2, #8, r2, asr #3\n"                                                          \
    "strb r2, [r1]\n"                                                                    \
    "add r1, r1, r12\n"                                                                  \
    "cmp r0, lr\n"                                                                       \
    "bls 1b\n"

/* Flags are those of the strips that are left. */
#define NEXT_STRIP                                                                       \
    "ldrd lr, r12, [sp, #32]\n"                                                          \
    "add lr, lr, #64\n"                                                                  \
    "subs r12, r12, #1\n"                                                                \
    "strd lr, r12, [sp, #32]\n"                                                          \
    "ldrd r12, r1, [sp, #40]\n"                                                          \
    "add r1, r1, r12\n"                                                                  \
    "str r1, [sp, #44]\n"                                                                \
    "ldr r12, [sp, #52]\n"                                                               \
    "sub r0, lr, r12\n"                                                                  \
    "add r0, r0, #8\n"                                                                   \
    "bne 1b\n"

/* Skip what follows, up to the label, unless the arguments have any: 28 strips, 44
 * single. */
#define UNLESS_NONE(offset, label)                                                       \
    "ldr r12, [sp, #48]\n"                                                               \
    "ldr r12, [r12, #" offset "]\n"                                                      \
    "cmp r12, #0\n"                                                                      \
    "beq " label "f\n"

#define STRIPS(name, text)                                                               \
    static void name(tg_depthwise_strips *s)                                             \
    {                                                                                    \
        register tg_depthwise_strips *r0 __asm("r0") = s;                                \
        __asm volatile(BEGIN text TG_NEXT_CHANNEL("48", "56")                            \
                       : "+r"(r0)                                                        \
                       :                                                                 \
                       : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10",    \
                         "r11", "r12", "lr", "cc", "memory");                            \
    }

STRIPS(stride1, UNLESS_NONE("28", "2") PAIR_SUMS PAIR_END LAST_ROW("1") NEXT_STRIP
       "2:\n" UNLESS_NONE("44", "7") "ldrd r3, r11, [sp, #16]\n" SINGLE1_SUMS SINGLE1_END
           LAST_ROW("6") "7:\n")
STRIPS(stride2, SINGLE2 NEXT_STRIP)

#else /* the same in C */

static void stride1(tg_depthwise_strips *s)
{
    tg_run_strips(s, 1, 2, 1);
}

static void stride2(tg_depthwise_strips *s)
{
    tg_run_strips(s, 2, 1, 1);
}

#endif

const tg_depthwise_strip_set tg_depthwise_stride1_relu_s8 = {stride1, NULL};
const tg_depthwise_strip_set tg_depthwise_stride2_relu_s8 = {NULL, stride2};
