/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of two tensors, four at a time, in assembly. */
#include "tinygen/mve/add_s8.h"

#include <stddef.h>

_Static_assert(offsetof(tg_mve_add, in1_shift) == 16 &&
                   offsetof(tg_mve_add, out_max) == 36,
               "the assembly knows the order of the fields");

/* r1 in0, r2 in1, r3 out, r4 to r11 the fields; q3 2^19, q4 and q5 limits, q6 2^20. */
#define ENTER                                                                            \
    "push {r4-r11, lr}\n"                                                                \
    "vpush {d8-d13}\n"                                                                   \
    "ldm r0, {r4-r12, lr}\n"                                                             \
    "vdup.32 q4, r12\n"                                                                  \
    "vdup.32 q5, lr\n"                                                                   \
    "mov r12, #0x80000\n"                                                                \
    "vdup.32 q3, r12\n"                                                                  \
    "vadd.i32 q6, q3, q3\n"                                                              \
    "wlstp.32 lr, r4, 2f\n"                                                              \
    "1:\n"                                                                               \
    "vldrb.s32 q0, [r1], #4\n"                                                           \
    "vldrb.s32 q1, [r2], #4\n"                                                           \
    "vmlas.s32 q0, q3, r5\n"

/* The second input, rounded twice. */
#define SCALE_SECOND                                                                     \
    "vmlas.s32 q1, q6, r6\n"                                                             \
    "vqrdmulh.s32 q1, q1, r7\n"                                                          \
    "vshr.s32 q2, q1, #31\n"                                                             \
    "vadd.i32 q1, q1, q2\n"                                                              \
    "vrshl.s32 q1, r8\n"
#define HALVE_SECOND "vmlas.s32 q1, q3, r6\n"
#define FINISH_AND_LEAVE                                                                 \
    "vadd.i32 q0, q0, q1\n"                                                              \
    "vqrdmulh.s32 q0, q0, r9\n"                                                          \
    "vshr.s32 q2, q0, #31\n"                                                             \
    "vadd.i32 q0, q0, q2\n"                                                              \
    "vrshl.s32 q0, r10\n"                                                                \
    "vadd.i32 q0, q0, r11\n"                                                             \
    "vmax.s32 q0, q0, q4\n"                                                              \
    "vmin.s32 q0, q0, q5\n"                                                              \
    "vstrb.32 q0, [r3], #4\n"                                                            \
    "letp lr, 1b\n"                                                                      \
    "2:\n"                                                                               \
    "vpop {d8-d13}\n"                                                                    \
    "pop {r4-r11, pc}\n"

/* The arguments arrive in r0 to r3; GCC sees no use of them. */
#define ADD(name, second)                                                                \
    __attribute__((naked)) void name(const tg_mve_add *p __attribute__((unused)),        \
                                     const int8_t *in0 __attribute__((unused)),          \
                                     const int8_t *in1 __attribute__((unused)),          \
                                     int8_t *out __attribute__((unused)))                \
    {                                                                                    \
        __asm(ENTER second FINISH_AND_LEAVE);                                            \
    }

ADD(tg_mve_add_s8, SCALE_SECOND)
ADD(tg_mve_add_equal_s8, HALVE_SECOND)
