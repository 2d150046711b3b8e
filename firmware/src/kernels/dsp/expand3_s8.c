/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/dsp/intrinsics.h"
#include "tinygen/dsp/matmul_s8.h"

#if TG_DSP

#define BLOCK                                                                            \
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
                   "1:\n" BLOCK "2:\n" BLOCK "subs %[n], %[n], #1\n"
                   "bne 1b\n"
                   : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [n] "+r"(blocks), [x] "+r"(x)
                   :
                   : "r4", "r5", "r6", "r8", "r9", "r10", "cc", "memory");
    return x;
}

#else /* the same in C */

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
