/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/fully_connected_s8.h"
#include "tinygen/dsp/intrinsics.h"

#if TG_DSP

/* Blocks a turn of the loop, a power of two, and one less. */
#ifdef __OPTIMIZE_SIZE__
#define TURN      "1"
#define TURN_MASK "0"
#else
#define TURN      "4"
#define TURN_MASK "3"
#endif

/* Registers in the loop: r0 x, r1 weights, r2 r3 four values, r4 to r7 weights of four
 * channels, r8 unpacked weights, r9 to r12 sums, lr x_end. */
#define EXPANDED "ldmia r0!, {r2, r3}\n"
#define RAW                                                                              \
    "ldr r2, [r0], #4\n"                                                                 \
    "sxtb16 r3, r2, ror #8\n"                                                            \
    "sxtb16 r2, r2\n"

/* 14 instructions for 16 products. */
#define TWO(x, weights, a, b)                                                            \
    "sxtb16 r8, " weights "\n"                                                           \
    "smlad " a ", " x ", r8, " a "\n"                                                    \
    "smlad " b ", " x ", " weights ", " b "\n"
#define PACKED_BLOCK                                                                     \
    EXPANDED "ldmia r1!, {r4, r5, r6, r7}\n" TWO("r2", "r4", "r9", "r10")                \
        TWO("r3", "r5", "r9", "r10") TWO("r2", "r6", "r11", "r12")                       \
            TWO("r3", "r7", "r11", "r12")
#define DIRECT_BLOCK                                                                     \
    RAW "ldmia r1!, {r4, r5, r6, r7}\n" TWO("r2", "r4", "r9", "r10")                     \
        TWO("r3", "r5", "r9", "r10") TWO("r2", "r6", "r11", "r12")                       \
            TWO("r3", "r7", "r11", "r12")

/* 18 instructions for 16 products. */
#define FOUR(weights, sum)                                                               \
    "sxtb16 r8, " weights "\n"                                                           \
    "sxtb16 " weights ", " weights ", ror #8\n"                                          \
    "smlad " sum ", r2, r8, " sum "\n"                                                   \
    "smlad " sum ", r3, " weights ", " sum "\n"
#define WIDE_BLOCK                                                                       \
    EXPANDED "ldmia r1!, {r4, r5, r6, r7}\n" FOUR("r4", "r9") FOUR("r5", "r10")          \
        FOUR("r6", "r11") FOUR("r7", "r12")

/* Stack: 0 x, 4 x_end, 8 entry, 12 bias, 16 scale, 20 scale_step, 24 out, 28 out_end. */
#define BEGIN(bytes)                                                                     \
    "ldmia r0, {r1-r9}\n"                                                                \
    "rsb r4, r4, #0\n"                                                                   \
    "and r4, r4, #" TURN_MASK "\n"                                                       \
    "mov r10, #" bytes "\n"                                                              \
    "mul r4, r4, r10\n"                                                                  \
    "adr.w r10, 2f\n"                                                                    \
    "add r4, r4, r10\n"                                                                  \
    "orr r4, r4, #1\n"                                                                   \
    "push {r2-r9}\n"                                                                     \
    "1:\n"                                                                               \
    "ldr r2, [sp, #12]\n"                                                                \
    "ldmia r2!, {r9, r10, r11, r12}\n"                                                   \
    "str r2, [sp, #12]\n"                                                                \
    "ldrd r0, lr, [sp]\n"                                                                \
    "ldr pc, [sp, #8]\n"

#define LOOP(block)                                                                      \
    "2:\n"                                                                               \
    ".rept " TURN "\n" block ".endr\n"                                                   \
    "cmp r0, lr\n"                                                                       \
    "bne 2b\n"

#define DOUBLE_PACKED                                                                    \
    "sub r10, r10, r9\n"                                                                 \
    "sub r12, r12, r11\n"                                                                \
    "lsl r9, r9, #1\n"                                                                   \
    "asr r10, r10, #7\n"                                                                 \
    "lsl r11, r11, #1\n"                                                                 \
    "asr r12, r12, #7\n"
#define DOUBLE_WIDE                                                                      \
    "lsl r9, r9, #1\n"                                                                   \
    "lsl r10, r10, #1\n"                                                                 \
    "lsl r11, r11, #1\n"                                                                 \
    "lsl r12, r12, #1\n"

#define OUTPUT(sum)                                                                      \
    "ldmia r4, {r6, r7}\n"                                                               \
    "add r4, r4, r5\n"                                                                   \
    "asr r8, r7, #8\n"                                                                   \
    "smmlar r8, " sum ", r6, r8\n"                                                       \
    "add r8, r8, " sum ", asr #31\n"                                                     \
    "asr r8, r8, r7\n"                                                                   \
    "ssat r8, #8, r8\n"                                                                  \
    "strb r8, [r2], #1\n"
#define END                                                                              \
    "ldrd r4, r5, [sp, #16]\n"                                                           \
    "ldrd r2, r3, [sp, #24]\n" OUTPUT("r9") OUTPUT("r10") OUTPUT("r11")                  \
        OUTPUT("r12") "str r4, [sp, #16]\n"                                              \
                      "str r2, [sp, #24]\n"                                              \
                      "cmp r2, r3\n"                                                     \
                      "bne 1b\n"                                                         \
                      "add sp, sp, #32\n"

/* ADR counts from the word it is in, so the functions must begin with one. */
#define PRODUCT(name, bytes, block, doubled)                                             \
    __attribute__((aligned(4))) void name(const tg_product_args *m)                      \
    {                                                                                    \
        register const void *r0 __asm("r0") = m;                                         \
        __asm volatile(BEGIN(bytes) LOOP(block) doubled END                              \
                       : "+r"(r0)                                                        \
                       :                                                                 \
                       : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10",    \
                         "r11", "r12", "lr", "cc", "memory");                            \
    }

PRODUCT(tg_product_packed_s8, "52", PACKED_BLOCK, DOUBLE_PACKED)
PRODUCT(tg_product_direct_s8, "62", DIRECT_BLOCK, DOUBLE_PACKED)
PRODUCT(tg_product_wide_s8, "68", WIDE_BLOCK, DOUBLE_WIDE)

#else /* the same in C */

typedef enum { PACKED, DIRECT, WIDE } form;

/* Add the products of four channels; the packed forms add them as the bias has them. */
static void add_block(form f, const uint32_t *x, const int8_t *w, int32_t *sums)
{
    for (int n = 0; n < 4; n++) {
        const uint32_t word = tg_load4(&w[4 * n]);
        if (f == WIDE) {
            sums[n] = tg_smlad(x[0], tg_sxtb16(word), sums[n]);
            sums[n] = tg_smlad(x[1], tg_sxtb16_odd(word), sums[n]);
            continue;
        }
        const int low = n / 2 * 2;
        sums[low] = tg_smlad(x[n % 2], tg_sxtb16(word), sums[low]);
        sums[low + 1] = tg_smlad(x[n % 2], word, sums[low + 1]);
    }
}

static void add_blocks(form f, const tg_product_args *m, const int8_t *w, int32_t *sums)
{
    for (uint32_t n = 0; n < m->blocks; n++, w += 16) {
        if (f != DIRECT) {
            add_block(f, (const uint32_t *)m->x + 2 * n, w, sums);
            continue;
        }
        const uint32_t word = tg_load4((const int8_t *)m->x + 4 * n);
        const uint32_t x[2] = {tg_sxtb16(word), tg_sxtb16_odd(word)};
        add_block(f, x, w, sums);
    }
}

static void run(form f, const tg_product_args *m)
{
    const int8_t *w = m->weights;
    const int32_t *bias = m->bias;
    const int32_t *scale = m->scale;
    for (int8_t *out = m->out; out != m->out_end; bias += 4) {
        int32_t sums[4] = {bias[0], bias[1], bias[2], bias[3]};
        add_blocks(f, m, w, sums);
        w += 16 * m->blocks;
        for (int n = 0; n < 4; n++) {
            const int is_upper = f != WIDE && n % 2 != 0;
            const uint32_t lower = is_upper ? (uint32_t)sums[n - 1] : 0;
            const int32_t doubled =
                is_upper ? (int32_t)((uint32_t)sums[n] - lower) >> 7 : sums[n] * 2;
            const int32_t y = tg_smmlar(doubled, scale[0], scale[1] >> 8);
            *out++ = (int8_t)tg_ssat8((y + (doubled >> 31)) >> (scale[1] & 0xff));
            scale += m->scale_step / 4;
        }
    }
}

void tg_product_packed_s8(const tg_product_args *m)
{
    run(PACKED, m);
}

void tg_product_direct_s8(const tg_product_args *m)
{
    run(DIRECT, m);
}

void tg_product_wide_s8(const tg_product_args *m)
{
    run(WIDE, m);
}

#endif
