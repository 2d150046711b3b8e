/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/matmul_s8.h"

#include "tinygen/dsp/matmul_block.h"

#if TG_DSP

/* Stack: 0 x, 4 out, 8 step1, 12 step2, 16 out_end, 20 x_end, 24 entry, 28 table. */
#define BEGIN(bytes)                                                                     \
    "ldmia r0, {r1-r9}\n" ENTRY("r8", bytes) "push {r2-r9}\n"                            \
                                             "mov r0, r2\n"                              \
                                             "mov r2, r9\n"                              \
                                             "1:\n"                                      \
                                             "ldmia r2!, {r8, r11}\n"                    \
                                             "str r2, [sp, #28]\n"                       \
                                             "mov r9, r8\n"                              \
                                             "mov r10, r8\n"                             \
                                             "mov r12, r11\n"                            \
                                             "mov lr, r11\n"                             \
                                             "ldr pc, [sp, #24]\n"

#define LOOP(block)                                                                      \
    "2:\n"                                                                               \
    ".rept " TURN "\n" block ".endr\n"                                                   \
    "ldr r7, [sp, #20]\n"                                                                \
    "cmp r0, r7\n"                                                                       \
    "bne 2b\n"                                                                           \
    "ldr r2, [sp, #28]\n"                                                                \
    "ldmia r2!, {r3, r4, r5, r6}\n"

/* 256 * b: 256 * b + a less a. */
#define TAKE_A_OFF                                                                       \
    "sub r11, r11, r8\n"                                                                 \
    "sub r12, r12, r9\n"                                                                 \
    "sub lr, lr, r10\n"

/* One step: sums become outputs. */
#define OUTPUT1(sum, multiplier, rounding, shift)                                        \
    "smmlar " sum ", " sum ", " multiplier ", " rounding "\n"                            \
    "ssat " sum ", #8, " sum ", asr #" shift "\n"
#define OUTPUTS1                                                                         \
    OUTPUT1("r8", "r3", "r4", "3")                                                       \
    OUTPUT1("r9", "r3", "r4", "3")                                                       \
    OUTPUT1("r10", "r3", "r4", "3")                                                      \
    OUTPUT1("r11", "r5", "r6", "11")                                                     \
    OUTPUT1("r12", "r5", "r6", "11")                                                     \
    OUTPUT1("lr", "r5", "r6", "11")

/* Two steps: double the sums, for b as 256 * b / 128. */
#define DOUBLE_A                                                                         \
    "lsl r8, r8, #1\n"                                                                   \
    "lsl r9, r9, #1\n"                                                                   \
    "lsl r10, r10, #1\n"
#define DOUBLE_B_PACKED                                                                  \
    TAKE_A_OFF                                                                           \
    "asr r11, r11, #7\n"                                                                 \
    "asr r12, r12, #7\n"                                                                 \
    "asr lr, lr, #7\n"
#define DOUBLE_B_WIDE                                                                    \
    "lsl r11, r11, #1\n"                                                                 \
    "lsl r12, r12, #1\n"                                                                 \
    "lsl lr, lr, #1\n"

/* r7: rounding and offset; doubled sums become outputs. */
#define OUTPUT2(sum, multiplier, shift)                                                  \
    "smmlar r0, " sum ", " multiplier ", r7\n"                                           \
    "add " sum ", r0, " sum ", asr #31\n"                                                \
    "asr " sum ", " sum ", " shift "\n"                                                  \
    "ssat " sum ", #8, " sum "\n"
#define OUTPUTS2                                                                         \
    "asr r7, r4, #8\n" OUTPUT2("r8", "r3", "r4") OUTPUT2("r9", "r3", "r4")               \
        OUTPUT2("r10", "r3", "r4") "asr r7, r6, #8\n" OUTPUT2("r11", "r5", "r6")         \
            OUTPUT2("r12", "r5", "r6") OUTPUT2("lr", "r5", "r6")

/* x, out, step1, step2, out_end: r0, r3 to r6; the table stays in r2. */
#define END                                                                              \
    "ldmia sp, {r0, r3, r4, r5, r6}\n"                                                   \
    "strb r9, [r3, r4]\n"                                                                \
    "strb r10, [r3, r5]\n"                                                               \
    "strb r8, [r3], #1\n"                                                                \
    "strb r12, [r3, r4]\n"                                                               \
    "strb lr, [r3, r5]\n"                                                                \
    "strb r11, [r3], #1\n"                                                               \
    "str r3, [sp, #4]\n"                                                                 \
    "cmp r3, r6\n"                                                                       \
    "bne 1b\n"                                                                           \
    "add sp, sp, #32\n"

WORD_ALIGNED void tg_matmul_packed_relu_s8(const tg_matmul_args *m)
{
    RUN(BEGIN(PACKED_BYTES) LOOP(PACKED_BLOCK) TAKE_A_OFF OUTPUTS1 END);
}

WORD_ALIGNED void tg_matmul_packed_s8(const tg_matmul_args *m)
{
    RUN(BEGIN(PACKED_BYTES) LOOP(PACKED_BLOCK) DOUBLE_B_PACKED DOUBLE_A OUTPUTS2 END);
}

WORD_ALIGNED void tg_matmul_wide_s8(const tg_matmul_args *m)
{
    RUN(BEGIN(WIDE_BYTES) LOOP(WIDE_BLOCK) DOUBLE_B_WIDE DOUBLE_A OUTPUTS2 END);
}

#else /* the same in C */

static int8_t output1(int32_t sum, const int32_t *scale, int shift)
{
    return (int8_t)tg_ssat8(tg_smmlar(sum, scale[0], scale[1]) >> shift);
}

static int8_t output2(int32_t doubled, const int32_t *scale)
{
    const int32_t y = tg_smmlar(doubled, scale[0], scale[1] >> 8) + (doubled >> 31);
    return (int8_t)tg_ssat8(y >> (scale[1] & 0xff));
}

static void multiply(const tg_matmul_args *m, int is_packed, int steps)
{
    const int8_t *weights = m->weights;
    const int32_t *t = m->table;
    for (int8_t *out = m->out; out != m->out_end; out += 2, t += 6) {
        int32_t sums[6] = {t[0], t[0], t[0], t[1], t[1], t[1]};
        (is_packed ? tg_sum_packed : tg_sum_wide)(weights, m->x, m->blocks, sums);
        weights += 8 * m->blocks;
        for (int i = 0; i < 3; i++) {
            const uint32_t step = i == 0 ? 0 : (i == 1 ? m->step1 : m->step2);
            const int32_t a = sums[i];
            const int32_t b256 = (int32_t)((uint32_t)sums[3 + i] - (uint32_t)a);
            if (steps == 1) {
                out[step] = output1(a, &t[2], 3);
                out[step + 1] = output1(b256, &t[4], 11);
                continue;
            }
            out[step] = output2(a * 2, &t[2]);
            out[step + 1] = output2(is_packed ? b256 >> 7 : sums[3 + i] * 2, &t[4]);
        }
    }
}

void tg_matmul_packed_relu_s8(const tg_matmul_args *m)
{
    multiply(m, 1, 1);
}

void tg_matmul_packed_s8(const tg_matmul_args *m)
{
    multiply(m, 1, 2);
}

void tg_matmul_wide_s8(const tg_matmul_args *m)
{
    multiply(m, 0, 2);
}

#endif
