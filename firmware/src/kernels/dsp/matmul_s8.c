/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/matmul_s8.h"

#include "tinygen/dsp/intrinsics.h"

#if TG_DSP

/* Blocks a turn of the loop, a power of two, and one less. */
#ifdef __OPTIMIZE_SIZE__
#define TURN      "2"
#define TURN_MASK "1"
#else
#define TURN      "8"
#define TURN_MASK "7"
#endif

/* Registers in the loop: r0 x, r1 weights, r2 r3 eight bytes of weights, r4 to r6 three
 * pixels, r7 unpacked weights, r8 to r10 sums of channel a, r11 r12 lr those of b. */
#define SUMS_A                                                                           \
    "smlad r8, r4, r7, r8\n"                                                             \
    "smlad r9, r5, r7, r9\n"                                                             \
    "smlad r10, r6, r7, r10\n"
#define SUMS_B(weights)                                                                  \
    "smlad r11, r4, " weights ", r11\n"                                                  \
    "smlad r12, r5, " weights ", r12\n"                                                  \
    "smlad lr, r6, " weights ", lr\n"

/* Four deep: 17 instructions for 24 products. */
#define PACKED_BYTES "62"
#define PACKED_BLOCK                                                                     \
    "ldmia r1!, {r2, r3}\n"                                                              \
    "ldmia r0!, {r4, r5, r6}\n"                                                          \
    "sxtb16 r7, r2\n" SUMS_A SUMS_B("r2") "ldmia r0!, {r4, r5, r6}\n"                    \
                                          "sxtb16 r7, r3\n" SUMS_A SUMS_B("r3")

/* Four deep: 19 instructions for 24 products. */
#define WIDE_BYTES "70"
#define WIDE_BLOCK                                                                       \
    "ldmia r1!, {r2, r3}\n"                                                              \
    "ldmia r0!, {r4, r5, r6}\n"                                                          \
    "sxtb16 r7, r2\n" SUMS_A                                                             \
    "sxtb16 r7, r3\n" SUMS_B("r7") "ldmia r0!, {r4, r5, r6}\n"                           \
                                   "sxtb16 r7, r2, ror #8\n" SUMS_A                      \
                                   "sxtb16 r7, r3, ror #8\n" SUMS_B("r7")

/* ADR counts from the word it is in, so the function must begin with one. */
#define WORD_ALIGNED __attribute__((aligned(4)))

/* Turn the blocks, in r4, into the address in the loop at 2 where to begin, so that whole
 * turns follow. */
#define ENTRY(bytes)                                                                     \
    "rsb r4, r4, #0\n"                                                                   \
    "and r4, r4, #" TURN_MASK "\n"                                                       \
    "mov r10, #" bytes "\n"                                                              \
    "mul r4, r4, r10\n"                                                                  \
    "adr.w r10, 2f\n"                                                                    \
    "add r4, r4, r10\n"                                                                  \
    "orr r4, r4, #1\n"

/* Stack: 0 x, 4 x_end, 8 entry, 12 table, 16 out, 20 step1, 24 step2, 28 out_end. */
#define BEGIN(bytes)                                                                     \
    "ldmia r0, {r1-r9}\n" ENTRY(bytes) "push {r2-r9}\n"                                  \
                                       "1:\n"                                            \
                                       "ldr r2, [sp, #12]\n"                             \
                                       "ldmia r2!, {r8, r11}\n"                          \
                                       "str r2, [sp, #12]\n"                             \
                                       "mov r9, r8\n"                                    \
                                       "mov r10, r8\n"                                   \
                                       "mov r12, r11\n"                                  \
                                       "mov lr, r11\n"                                   \
                                       "ldr r0, [sp]\n"                                  \
                                       "ldr pc, [sp, #8]\n"

#define LOOP(block)                                                                      \
    "2:\n"                                                                               \
    ".rept " TURN "\n" block ".endr\n"                                                   \
    "ldr r7, [sp, #4]\n"                                                                 \
    "cmp r0, r7\n"                                                                       \
    "bne 2b\n"                                                                           \
    "ldr r2, [sp, #12]\n"                                                                \
    "ldmia r2!, {r3, r4, r5, r6}\n"                                                      \
    "str r2, [sp, #12]\n"

/* b's sums, doubled: (256 * b + a - a) / 128 or b * 2. */
#define DOUBLE_B_PACKED                                                                  \
    "sub r11, r11, r8\n"                                                                 \
    "sub r12, r12, r9\n"                                                                 \
    "sub lr, lr, r10\n"                                                                  \
    "asr r11, r11, #7\n"                                                                 \
    "asr r12, r12, #7\n"                                                                 \
    "asr lr, lr, #7\n"
#define DOUBLE_B_WIDE                                                                    \
    "lsl r11, r11, #1\n"                                                                 \
    "lsl r12, r12, #1\n"                                                                 \
    "lsl lr, lr, #1\n"
#define DOUBLE_A                                                                         \
    "lsl r8, r8, #1\n"                                                                   \
    "lsl r9, r9, #1\n"                                                                   \
    "lsl r10, r10, #1\n"

/* r7: rounding and offset; sums become outputs. */
#define RELU(sum, multiplier, shift)                                                     \
    "smmlar " sum ", " sum ", " multiplier ", r7\n"                                      \
    "asr " sum ", " sum ", " shift "\n"                                                  \
    "ssat " sum ", #8, " sum "\n"
#define LINEAR(sum, multiplier, shift)                                                   \
    "smmlar r0, " sum ", " multiplier ", r7\n"                                           \
    "add " sum ", r0, " sum ", asr #31\n"                                                \
    "asr " sum ", " sum ", " shift "\n"                                                  \
    "ssat " sum ", #8, " sum "\n"
#define OUTPUTS(F)                                                                       \
    "asr r7, r4, #8\n" F("r8", "r3", "r4") F("r9", "r3", "r4")                           \
        F("r10", "r3", "r4") "asr r7, r6, #8\n" F("r11", "r5", "r6")                     \
            F("r12", "r5", "r6") F("lr", "r5", "r6")

#define END                                                                              \
    "ldr r0, [sp, #16]\n"                                                                \
    "ldrd r2, r3, [sp, #20]\n"                                                           \
    "ldr r4, [sp, #28]\n"                                                                \
    "strb r8, [r0]\n"                                                                    \
    "strb r9, [r0, r2]\n"                                                                \
    "strb r10, [r0, r3]\n"                                                               \
    "adds r0, #1\n"                                                                      \
    "strb r11, [r0]\n"                                                                   \
    "strb r12, [r0, r2]\n"                                                               \
    "strb lr, [r0, r3]\n"                                                                \
    "adds r0, #1\n"                                                                      \
    "str r0, [sp, #16]\n"                                                                \
    "cmp r0, r4\n"                                                                       \
    "bne 1b\n"                                                                           \
    "add sp, sp, #32\n"

#define RUN(text)                                                                        \
    register const void *r0 __asm("r0") = m;                                             \
    __asm volatile(text                                                                  \
                   : "+r"(r0)                                                            \
                   :                                                                     \
                   : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", \
                     "r12", "lr", "cc", "memory")

WORD_ALIGNED void tg_matmul_packed_relu_s8(const tg_matmul_args *m)
{
    RUN(BEGIN(PACKED_BYTES) LOOP(PACKED_BLOCK) DOUBLE_B_PACKED DOUBLE_A OUTPUTS(RELU)
            END);
}

WORD_ALIGNED void tg_matmul_packed_s8(const tg_matmul_args *m)
{
    RUN(BEGIN(PACKED_BYTES) LOOP(PACKED_BLOCK) DOUBLE_B_PACKED DOUBLE_A OUTPUTS(LINEAR)
            END);
}

WORD_ALIGNED void tg_matmul_wide_s8(const tg_matmul_args *m)
{
    RUN(BEGIN(WIDE_BYTES) LOOP(WIDE_BLOCK) DOUBLE_B_WIDE DOUBLE_A OUTPUTS(LINEAR) END);
}

/* Stack: 0 x, 4 x_end, 8 entry, 12 acc, 16 acc_end, 20 unused. */
#define ACCUMULATE(bytes, block)                                                         \
    "ldmia r0, {r1-r6}\n" ENTRY(bytes) "push {r2-r7}\n"                                  \
                                       "1:\n"                                            \
                                       "ldr r2, [sp, #12]\n"                             \
                                       "ldmia r2, {r8-r12, lr}\n"                        \
                                       "ldr r0, [sp]\n"                                  \
                                       "ldr pc, [sp, #8]\n"                              \
                                       "2:\n"                                            \
                                       ".rept " TURN "\n" block ".endr\n"                \
                                       "ldr r7, [sp, #4]\n"                              \
                                       "cmp r0, r7\n"                                    \
                                       "bne 2b\n"                                        \
                                       "ldrd r2, r3, [sp, #12]\n"                        \
                                       "stmia r2!, {r8-r12, lr}\n"                       \
                                       "str r2, [sp, #12]\n"                             \
                                       "cmp r2, r3\n"                                    \
                                       "bne 1b\n"                                        \
                                       "add sp, sp, #24\n"

WORD_ALIGNED void tg_accumulate_packed_s8(const tg_accumulate_args *m)
{
    RUN(ACCUMULATE(PACKED_BYTES, PACKED_BLOCK));
}

WORD_ALIGNED void tg_accumulate_wide_s8(const tg_accumulate_args *m)
{
    RUN(ACCUMULATE(WIDE_BYTES, WIDE_BLOCK));
}

#define EXPAND_BLOCK                                                                     \
    "ldr r4, [%[a]], #4\n"                                                               \
    "ldr r5, [%[b]], #4\n"                                                               \
    "ldr r6, [%[c]], #4\n"                                                               \
    "sxtb16 r8, r4\n"                                                                    \
    "sxtb16 r9, r5\n"                                                                    \
    "sxtb16 r10, r6\n"                                                                   \
    "stmia %[x]!, {r8, r9, r10}\n"                                                       \
    "sxtb16 r4, r4, ror #8\n"                                                            \
    "sxtb16 r5, r5, ror #8\n"                                                            \
    "sxtb16 r6, r6, ror #8\n"                                                            \
    "stmia %[x]!, {r4, r5, r6}\n"

uint32_t *tg_expand3_s8(const int8_t *a, const int8_t *b, const int8_t *c,
                        uint32_t blocks, uint32_t *x)
{
    /* Two blocks a turn; an odd one begins in the middle. */
    __asm volatile("tst %[n], #1\n"
                   "add %[n], %[n], #1\n"
                   "lsr %[n], %[n], #1\n"
                   "bne 2f\n"
                   "1:\n" EXPAND_BLOCK "2:\n" EXPAND_BLOCK "subs %[n], %[n], #1\n"
                   "bne 1b\n"
                   : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [n] "+r"(blocks), [x] "+r"(x)
                   :
                   : "r4", "r5", "r6", "r8", "r9", "r10", "cc", "memory");
    return x;
}

#else /* the same in C */

static int32_t word(const int8_t *from)
{
    return (int32_t)tg_load4(from);
}

/* Add the products of one pair; sums are a at 3 pixels, then b. */
static void sum_wide(const int8_t *w, const uint32_t *x, uint32_t blocks, int32_t *sums)
{
    for (uint32_t n = 0; n < blocks; n++, w += 8, x += 6) {
        for (int i = 0; i < 6; i++) {
            const uint32_t four = tg_load4(&w[i < 3 ? 0 : 4]);
            sums[i] = tg_smlad(x[i % 3], tg_sxtb16(four), sums[i]);
            sums[i] = tg_smlad(x[3 + i % 3], tg_sxtb16_odd(four), sums[i]);
        }
    }
}

static void sum_packed(const int8_t *w, const uint32_t *x, uint32_t blocks, int32_t *sums)
{
    for (uint32_t n = 0; n < 2 * blocks; n++, w += 4, x += 3) {
        const uint32_t two = (uint32_t)word(w);
        for (int i = 0; i < 6; i++) {
            sums[i] = tg_smlad(x[i % 3], i < 3 ? tg_sxtb16(two) : two, sums[i]);
        }
    }
}

static int8_t output(int32_t doubled, int32_t multiplier, int32_t rounding, int is_relu)
{
    int32_t y = tg_smmlar(doubled, multiplier, rounding >> 8);
    y += is_relu ? 0 : doubled >> 31;
    return (int8_t)tg_ssat8(y >> (rounding & 0xff));
}

static void multiply(const tg_matmul_args *m, int is_packed, int is_relu)
{
    const int8_t *weights = m->weights;
    const int32_t *t = m->table;
    for (int8_t *out = m->out; out != m->out_end; out += 2, t += 6) {
        int32_t sums[6] = {t[0], t[0], t[0], t[1], t[1], t[1]};
        (is_packed ? sum_packed : sum_wide)(weights, m->x, m->blocks, sums);
        weights += 8 * m->blocks;
        for (int i = 0; i < 3; i++) {
            const uint32_t step = i == 0 ? 0 : (i == 1 ? m->step1 : m->step2);
            const int32_t a = sums[i] * 2;
            const uint32_t difference = (uint32_t)sums[3 + i] - (uint32_t)sums[i];
            const int32_t b = is_packed ? (int32_t)difference >> 7 : sums[3 + i] * 2;
            out[step] = output(a, t[2], t[3], is_relu);
            out[step + 1] = output(b, t[4], t[5], is_relu);
        }
    }
}

void tg_matmul_packed_relu_s8(const tg_matmul_args *m)
{
    multiply(m, 1, 1);
}

void tg_matmul_packed_s8(const tg_matmul_args *m)
{
    multiply(m, 1, 0);
}

void tg_matmul_wide_s8(const tg_matmul_args *m)
{
    multiply(m, 0, 0);
}

void tg_accumulate_packed_s8(const tg_accumulate_args *m)
{
    const int8_t *weights = m->weights;
    for (int32_t *acc = m->acc; acc != m->acc_end; acc += 6) {
        sum_packed(weights, m->x, m->blocks, acc);
        weights += 8 * m->blocks;
    }
}

void tg_accumulate_wide_s8(const tg_accumulate_args *m)
{
    const int8_t *weights = m->weights;
    for (int32_t *acc = m->acc; acc != m->acc_end; acc += 6) {
        sum_wide(weights, m->x, m->blocks, acc);
        weights += 8 * m->blocks;
    }
}

uint32_t *tg_expand3_s8(const int8_t *a, const int8_t *b, const int8_t *c,
                        uint32_t blocks, uint32_t *x)
{
    for (; blocks > 0; blocks--, a += 4, b += 4, c += 4, x += 6) {
        const uint32_t words[3] = {tg_load4(a), tg_load4(b), tg_load4(c)};
        for (int i = 0; i < 3; i++) {
            x[i] = tg_sxtb16(words[i]);
            x[3 + i] = tg_sxtb16_odd(words[i]);
        }
    }
    return x;
}

#endif
