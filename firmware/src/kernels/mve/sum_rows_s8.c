/* SPDX-License-Identifier: Apache-2.0 */
/* Sums and differences of rows of any two scales, four at a time, in assembly. */
#include "tinygen/mve/sum_rows_s8.h"

#include <stddef.h>

_Static_assert(offsetof(tg_binary_params, in0_multiplier) == 12 &&
                   offsetof(tg_binary_params, out_shift) == 32 &&
                   offsetof(tg_binary_params, out_max) == 40,
               "the assembly knows the order of the fields");

/* A vector at the common scale, rounded twice; where q is the vector of the shift, one
 * less for negative values only if there is a shift. Free: q2. */
#define SCALE(values, multiplier, q, shift)                                              \
    "vqrdmulh.s32 " values ", " values ", " multiplier "\n"                              \
    "vand q2, " values ", " q "\n"                                                       \
    "vshr.s32 q2, q2, #31\n"                                                             \
    "vadd.i32 " values ", " values ", q2\n"                                              \
    "vrshl.s32 " values ", " shift "\n"

/* r0 output, r1 in0, r2 in1, r3 how many, r4 to r12 the fields; q3 2^20, q4 and q5
 * limits, q6 and q7 the inputs' shifts. The arguments arrive in r0 to r3 and on the
 * stack; GCC sees no use of them. */
#define ROWS(name, combine)                                                              \
    __attribute__((naked)) void name(const tg_binary_params *p __attribute__((unused)),  \
                                     const int8_t *in0 __attribute__((unused)),          \
                                     const int8_t *in1 __attribute__((unused)),          \
                                     int32_t n __attribute__((unused)),                  \
                                     int8_t *out __attribute__((unused)))                \
    {                                                                                    \
        __asm("push {r4-r11, lr}\n"                                                      \
              "vpush {d8-d15}\n"                                                         \
              "ldm r0!, {r4-r12}\n"                                                      \
              "ldrd r0, lr, [r0]\n"                                                      \
              "vdup.32 q4, r0\n"                                                         \
              "vdup.32 q5, lr\n"                                                         \
              "vdup.32 q6, r8\n"                                                         \
              "vdup.32 q7, r10\n"                                                        \
              "mov r0, #0x100000\n"                                                      \
              "vdup.32 q3, r0\n"                                                         \
              "lsl r4, r4, #20\n"                                                        \
              "lsl r5, r5, #20\n"                                                        \
              "ldr r0, [sp, #100]\n"                                                     \
              "wlstp.32 lr, r3, 2f\n"                                                    \
              "1:\n"                                                                     \
              "vldrb.s32 q0, [r1], #4\n"                                                 \
              "vldrb.s32 q1, [r2], #4\n"                                                 \
              "vmlas.s32 q0, q3, r4\n"                                                   \
              "vmlas.s32 q1, q3, r5\n" SCALE("q0", "r7", "q6", "r8")                     \
                  SCALE("q1", "r9", "q7", "r10") combine "vqrdmulh.s32 q0, q0, r11\n"    \
                                                         "vshr.s32 q2, q0, #31\n"        \
                                                         "vadd.i32 q0, q0, q2\n"         \
                                                         "vrshl.s32 q0, r12\n"           \
                                                         "vadd.i32 q0, q0, r6\n"         \
                                                         "vmax.s32 q0, q0, q4\n"         \
                                                         "vmin.s32 q0, q0, q5\n"         \
                                                         "vstrb.32 q0, [r0], #4\n"       \
                                                         "letp lr, 1b\n"                 \
                                                         "2:\n"                          \
                                                         "vpop {d8-d15}\n"               \
                                                         "pop {r4-r11, pc}\n");          \
    }

ROWS(tg_mve_add_rows_s8, "vadd.i32 q0, q0, q1\n")
ROWS(tg_mve_sub_rows_s8, "vsub.i32 q0, q0, q1\n")
