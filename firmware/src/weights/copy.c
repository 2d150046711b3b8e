/* SPDX-License-Identifier: Apache-2.0 */
/* A copy in as few instructions as the core allows: whole register files at a time. */
#include <string.h>

#include "tinygen/weight_stream.h"

#if defined(__ARM_FP) && __ARM_FP

#define LARGE 128u /* s0 to s31 */

#define LOAD_AND_STORE                                                                   \
    "vldmia %[from]!, {s0-s31}\n"                                                        \
    "vstmia %[to]!, {s0-s31}\n"
#define TWO(pair) pair pair
#if defined(__ARM_FEATURE_MVE) /* and loops of one instruction a turn: eight, then ones  \
                                */
#define LOOPS                                                                            \
    "lsr r3, %[count], #3\n"                                                             \
    "wls lr, r3, 2f\n"                                                                   \
    "1:\n" TWO(TWO(TWO(LOAD_AND_STORE))) "le lr, 1b\n"                                   \
                                         "2:\n"                                          \
                                         "and %[count], %[count], #7\n"                  \
                                         "wls lr, %[count], 4f\n"                        \
                                         "3:\n" LOAD_AND_STORE "le lr, 3b\n"             \
                                         "4:\n"
#else /* two a turn; an odd one begins in the middle */
#define LOOPS                                                                            \
    "tst %[count], #1\n"                                                                 \
    "add %[count], %[count], #1\n"                                                       \
    "lsr %[count], %[count], #1\n"                                                       \
    "bne 2f\n"                                                                           \
    "1:\n" LOAD_AND_STORE "2:\n" LOAD_AND_STORE "subs %[count], %[count], #1\n"          \
    "bne 1b\n"
#endif

static void copy_large(void *to, const void *from, uint32_t count)
{
    __asm volatile(LOOPS
                   : [to] "+r"(to), [from] "+r"(from), [count] "+r"(count)
                   :
                   : "r3", "lr", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8",
                     "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18",
                     "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28",
                     "s29", "s30", "s31", "cc", "memory");
}

#elif defined(__ARM_ARCH_ISA_THUMB) && __ARM_ARCH_ISA_THUMB >= 2

#define LARGE 32u

static void copy_large(void *to, const void *from, uint32_t count)
{
    __asm volatile("1:\n"
                   "ldmia %[from]!, {r3-r6, r8-r11}\n"
                   "stmia %[to]!, {r3-r6, r8-r11}\n"
                   "subs %[count], %[count], #1\n"
                   "bne 1b\n"
                   : [to] "+r"(to), [from] "+r"(from), [count] "+r"(count)
                   :
                   : "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "cc", "memory");
}

#else

#define LARGE 32u

static void copy_large(void *to, const void *from, uint32_t count)
{
    memcpy(to, from, LARGE * count);
}

#endif

void tg_copy_blocks(void *to, const void *from, uint32_t nbytes)
{
    const uint32_t whole = nbytes / LARGE * LARGE;
    if (whole > 0) {
        copy_large(to, from, nbytes / LARGE);
    }
    if (whole < nbytes) {
        memcpy((uint8_t *)to + whole, (const uint8_t *)from + whole, nbytes - whole);
    }
}
