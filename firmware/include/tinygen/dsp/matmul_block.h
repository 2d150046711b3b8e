/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loop of the products in matmul_s8.h: 3 pixels, 2 channels, 4 values deep. */
#ifndef TINYGEN_DSP_MATMUL_BLOCK_H
#define TINYGEN_DSP_MATMUL_BLOCK_H

#include "tinygen/dsp/intrinsics.h"

#if TG_DSP

/* Blocks a turn of the loop, a power of two, and one less. */
#ifdef __OPTIMIZE_SIZE__
#define TURN      "2"
#define TURN_MASK "1"
#else
#define TURN      "16"
#define TURN_MASK "15"
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

/* ADR counts from the word it is in, so a function with ENTRY must begin with one. */
#define WORD_ALIGNED __attribute__((aligned(4)))

/* Turn the blocks, in a register, into the address in the loop at 2 where to begin, so
 * that whole turns follow; r10 is lost. */
#define ENTRY(blocks, bytes)                                                             \
    "rsb " blocks ", " blocks ", #0\n"                                                   \
    "and " blocks ", " blocks ", #" TURN_MASK "\n"                                       \
    "mov r10, #" bytes "\n"                                                              \
    "mul " blocks ", " blocks ", r10\n"                                                  \
    "adr.w r10, 2f\n"                                                                    \
    "add " blocks ", " blocks ", r10\n"                                                  \
    "orr " blocks ", " blocks ", #1\n"

/* Run a function's one block of assembly, with the address of its arguments in r0. */
#define RUN(text)                                                                        \
    register const void *r0 __asm("r0") = m;                                             \
    __asm volatile(text                                                                  \
                   : "+r"(r0)                                                            \
                   :                                                                     \
                   : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", \
                     "r12", "lr", "cc", "memory")

#else /* the same in C */

/* Add the products of one pair; sums are a at 3 pixels, then b. */
static inline void tg_sum_wide(const int8_t *w, const uint32_t *x, uint32_t blocks,
                               int32_t *sums)
{
    for (uint32_t n = 0; n < blocks; n++, w += 8, x += 6) {
        for (int i = 0; i < 6; i++) {
            const uint32_t four = tg_load4(&w[i < 3 ? 0 : 4]);
            sums[i] = tg_smlad(x[i % 3], tg_sxtb16(four), sums[i]);
            sums[i] = tg_smlad(x[3 + i % 3], tg_sxtb16_odd(four), sums[i]);
        }
    }
}

static inline void tg_sum_packed(const int8_t *w, const uint32_t *x, uint32_t blocks,
                                 int32_t *sums)
{
    for (uint32_t n = 0; n < 2 * blocks; n++, w += 4, x += 3) {
        const uint32_t two = tg_load4(w);
        for (int i = 0; i < 6; i++) {
            sums[i] = tg_smlad(x[i % 3], i < 3 ? tg_sxtb16(two) : two, sums[i]);
        }
    }
}

#endif

#endif
