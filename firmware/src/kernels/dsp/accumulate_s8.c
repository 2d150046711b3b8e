/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/matmul_block.h"
#include "tinygen/dsp/matmul_s8.h"

#if TG_DSP

/* Stack: 0 x, 4 x_end, 8 entry, 12 acc, 16 acc_end, 20 unused. */
#define ACCUMULATE(bytes, block)                                                         \
    "ldmia r0, {r1-r6}\n" ENTRY("r4", bytes) "push {r2-r7}\n"                            \
                                             "1:\n"                                      \
                                             "ldr r2, [sp, #12]\n"                       \
                                             "ldmia r2, {r8-r12, lr}\n"                  \
                                             "ldr r0, [sp]\n"                            \
                                             "ldr pc, [sp, #8]\n"                        \
                                             "2:\n"                                      \
                                             ".rept " TURN "\n" block ".endr\n"          \
                                             "ldr r7, [sp, #4]\n"                        \
                                             "cmp r0, r7\n"                              \
                                             "bne 2b\n"                                  \
                                             "ldrd r2, r3, [sp, #12]\n"                  \
                                             "stmia r2!, {r8-r12, lr}\n"                 \
                                             "str r2, [sp, #12]\n"                       \
                                             "cmp r2, r3\n"                              \
                                             "bne 1b\n"                                  \
                                             "add sp, sp, #24\n"

WORD_ALIGNED void tg_accumulate_packed_s8(const tg_accumulate_args *m)
{
    RUN(ACCUMULATE(PACKED_BYTES, PACKED_BLOCK));
}

WORD_ALIGNED void tg_accumulate_wide_s8(const tg_accumulate_args *m)
{
    RUN(ACCUMULATE(WIDE_BYTES, WIDE_BLOCK));
}

#else /* the same in C */

void tg_accumulate_packed_s8(const tg_accumulate_args *m)
{
    const int8_t *weights = m->weights;
    for (int32_t *acc = m->acc; acc != m->acc_end; acc += 6) {
        tg_sum_packed(weights, m->x, m->blocks, acc);
        weights += 8 * m->blocks;
    }
}

void tg_accumulate_wide_s8(const tg_accumulate_args *m)
{
    const int8_t *weights = m->weights;
    for (int32_t *acc = m->acc; acc != m->acc_end; acc += 6) {
        tg_sum_wide(weights, m->x, m->blocks, acc);
        weights += 8 * m->blocks;
    }
}

#endif
