/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "tinygen/dsp/depthwise_strips.h"

#if TG_DSP

/* Registers: r0 x, r1 out, r3 multiplier, r4 to r6 weights (w0, w1) of three rows, r7 to
 * r9 (w1, w2), r10 r11 sums, r12 lr two column pairs; pairs: r2 out_step; single: r2
 * shift, r11 rounding. Stack: 0 bias, 4 bias, 8 rounding, 12 shift, 16 row_step, 20
 * x_end, 24 out, 28 strips, 32 strip_step, 36 x_bytes. */
#define BEGIN                                                                            \
    "sub sp, sp, #48\n"                                                                  \
    "str r0, [sp, #40]\n"                                                                \
    "3:\n"                                                                               \
    "ldmia r0, {r1-r9}\n"                                                                \
    "str r6, [sp, #16]\n"                                                                \
    "add r6, r1, r7\n"                                                                   \
    "strd r6, r2, [sp, #20]\n"                                                           \
    "strd r8, r9, [sp, #28]\n"                                                           \
    "str r7, [sp, #36]\n"                                                                \
    "mov r0, r1\n"                                                                       \
    "mov r1, r2\n"                                                                       \
    "mov r2, r3\n"                                                                       \
    "ldmia r4, {r10, r11, r12}\n"                                                        \
    "mov r3, r11\n"                                                                      \
    "asr r11, r12, #8\n"                                                                 \
    "strd r10, r10, [sp]\n"                                                              \
    "strd r11, r12, [sp, #8]\n"                                                          \
    "ldmia r5, {r4, r5, r6}\n"                                                           \
    "sxtb16 r7, r4, ror #8\n"                                                            \
    "sxtb16 r8, r5, ror #8\n"                                                            \
    "sxtb16 r9, r6, ror #8\n"                                                            \
    "sxtb16 r4, r4\n"                                                                    \
    "sxtb16 r5, r5\n"                                                                    \
    "sxtb16 r6, r6\n"                                                                    \
    "sadd16 r4, r4, r4\n"                                                                \
    "sadd16 r5, r5, r5\n"                                                                \
    "sadd16 r6, r6, r6\n"                                                                \
    "sadd16 r7, r7, r7\n"                                                                \
    "sadd16 r8, r8, r8\n"                                                                \
    "sadd16 r9, r9, r9\n"

/* Two outputs, x0 w0 + x1 w1 + x2 w2 and x1 w0 + x2 w1 + x3 w2 in each row. */
#define PAIR_SUMS                                                                        \
    "1:\n"                                                                               \
    "ldrd r10, r11, [sp]\n"                                                              \
    "ldrd r12, lr, [r0], #4\n"                                                           \
    "smlad r10, r12, r4, r10\n"                                                          \
    "smlatb r11, r12, r4, r11\n"                                                         \
    "smlad r10, lr, r5, r10\n"                                                           \
    "smlatb r11, lr, r5, r11\n"                                                          \
    "ldrd r12, lr, [r0, #60]\n"                                                          \
    "smlabt r10, r12, r7, r10\n"                                                         \
    "smlad r11, r12, r7, r11\n"                                                          \
    "smlabt r10, lr, r8, r10\n"                                                          \
    "smlad r11, lr, r8, r11\n"                                                           \
    "ldr r12, [r0, #4]\n"                                                                \
    "ldr lr, [r0, #68]\n"                                                                \
    "smlad r10, r12, r6, r10\n"                                                          \
    "smlatb r11, r12, r6, r11\n"                                                         \
    "smlabt r10, lr, r9, r10\n"                                                          \
    "smlad r11, lr, r9, r11\n"

#define PAIR_LINEAR                                                                      \
    "ldr r12, [sp, #8]\n"                                                                \
    "smmlar lr, r10, r3, r12\n"                                                          \
    "add r10, lr, r10, asr #31\n"                                                        \
    "smmlar lr, r11, r3, r12\n"                                                          \
    "add r11, lr, r11, asr #31\n"                                                        \
    "ldr lr, [sp, #12]\n"

#define PAIR_END                                                                         \
    "asr r10, r10, lr\n"                                                                 \
    "asr r11, r11, lr\n"                                                                 \
    "ldrd r12, lr, [sp, #16]\n"                                                          \
    "ssat r10, #8, r10\n"                                                                \
    "ssat r11, #8, r11\n"                                                                \
    "strb r10, [r1]\n"                                                                   \
    "strb r11, [r1, r2]\n"                                                               \
    "add r1, r1, r12\n"                                                                  \
    "cmp r0, lr\n"                                                                       \
    "bne 1b\n"

#define SINGLE_SUMS(step, next0, row2, next2)                                            \
    "mov r2, r12\n"                                                                      \
    "1:\n"                                                                               \
    "ldr r10, [sp]\n"                                                                    \
    "ldrd r12, lr, [r0], #" step "\n"                                                    \
    "smlad r10, r12, r4, r10\n"                                                          \
    "smlad r10, lr, r5, r10\n"                                                           \
    "ldrd r12, lr, [r0, #" next0 "]\n"                                                   \
    "smlabt r10, r12, r7, r10\n"                                                         \
    "smlabt r10, lr, r8, r10\n"                                                          \
    "ldr r12, [r0, #" row2 "]\n"                                                         \
    "ldr lr, [r0, #" next2 "]\n"                                                         \
    "smlad r10, r12, r6, r10\n"                                                          \
    "smlabt r10, lr, r9, r10\n"

#define SINGLE_LINEAR                                                                    \
    "smmlar r12, r10, r3, r11\n"                                                         \
    "add r10, r12, r10, asr #31\n"

#define SINGLE_END                                                                       \
    "ldrd r12, lr, [sp, #16]\n"                                                          \
    "asr r10, r10, r2\n"                                                                 \
    "ssat r10, #8, r10\n"                                                                \
    "strb r10, [r1]\n"                                                                   \
    "add r1, r1, r12\n"                                                                  \
    "cmp r0, lr\n"                                                                       \
    "bne 1b\n"

#define NEXT_STRIP                                                                       \
    "ldr r12, [sp, #28]\n"                                                               \
    "subs r12, r12, #1\n"                                                                \
    "beq 2f\n"                                                                           \
    "str r12, [sp, #28]\n"                                                               \
    "ldr r1, [sp, #24]\n"                                                                \
    "ldr r12, [sp, #32]\n"                                                               \
    "add r1, r1, r12\n"                                                                  \
    "ldr r12, [sp, #36]\n"                                                               \
    "add lr, lr, #64\n"                                                                  \
    "strd lr, r1, [sp, #20]\n"                                                           \
    "sub r0, lr, r12\n"                                                                  \
    "b 1b\n"                                                                             \
    "2:\n"

#define STRIPS(name, text)                                                               \
    static void name(tg_depthwise_strips *s)                                             \
    {                                                                                    \
        register tg_depthwise_strips *r0 __asm("r0") = s;                                \
        __asm volatile(BEGIN text NEXT_STRIP TG_NEXT_CHANNEL("40", "48")                 \
                       : "+r"(r0)                                                        \
                       :                                                                 \
                       : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10",    \
                         "r11", "r12", "lr", "cc", "memory");                            \
    }

#define SINGLE1 SINGLE_SUMS("4", "60", "4", "68")
#define SINGLE2 SINGLE_SUMS("8", "56", "0", "64")

STRIPS(pairs, PAIR_SUMS PAIR_LINEAR PAIR_END)
STRIPS(single1, SINGLE1 SINGLE_LINEAR SINGLE_END)
STRIPS(single2, SINGLE2 SINGLE_LINEAR SINGLE_END)

#else /* the same in C */

static void pairs(tg_depthwise_strips *s)
{
    tg_run_strips(s, 1, 2, 0);
}

static void single1(tg_depthwise_strips *s)
{
    tg_run_strips(s, 1, 1, 0);
}

static void single2(tg_depthwise_strips *s)
{
    tg_run_strips(s, 2, 1, 0);
}

#endif

const tg_depthwise_strip_set tg_depthwise_stride1_s8 = {pairs, single1};
const tg_depthwise_strip_set tg_depthwise_stride2_s8 = {NULL, single2};
