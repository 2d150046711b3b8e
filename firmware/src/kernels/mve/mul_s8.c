/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/mul_s8.h"

#include <stddef.h>

_Static_assert(offsetof(tg_binary_params, out_offset) == 8 &&
                   offsetof(tg_binary_params, out_multiplier) == 28 &&
                   offsetof(tg_binary_params, out_max) == 40,
               "the assembly knows the order of the fields");

/* Round a vector of four products twice; the result fits 16 bits. Free: q3. */
#define REQUANTIZE(q)                                                                    \
    "vqrdmulh.s32 " q ", " q ", r8\n"                                                    \
    "vshr.s32 q3, " q ", #31\n"                                                          \
    "vadd.i32 " q ", " q ", q3\n"                                                        \
    "vrshl.s32 " q ", r9\n"

/* Products of q0 and q1, in q2: of even and of odd lanes apart. */
#define MULTIPLY                                                                         \
    "vadd.i16 q0, q0, r4\n"                                                              \
    "vadd.i16 q1, q1, r5\n"                                                              \
    "vmullb.s16 q2, q0, q1\n"                                                            \
    "vmullt.s16 q1, q0, q1\n" REQUANTIZE("q2") REQUANTIZE("q1") "vmovnt.i32 q2, q1\n"    \
                                                                "vadd.i16 q2, q2, r6\n"  \
                                                                "vmax.s16 q2, q2, q4\n"  \
                                                                "vmin.s16 q2, q2, q5\n"

/* r1 in0, r2 in1, r3 how many are left, r4 and r5 their offsets, r6 the output's, r7
 * output, r8 multiplier, r9 shift, q4 and q5 limits. Predicated are only loads and stores
 * of the last vector: half of a product is not one. The arguments arrive in r0 to r3 and
 * on the stack; GCC sees no use of them. */
__attribute__((naked)) void tg_mve_mul_s8(const tg_binary_params *p
                                          __attribute__((unused)),
                                          const int8_t *in0 __attribute__((unused)),
                                          const int8_t *in1 __attribute__((unused)),
                                          int32_t n __attribute__((unused)),
                                          int8_t *out __attribute__((unused)))
{
    __asm("push {r4-r9, lr}\n"
          "vpush {d8-d11}\n"
          "ldr r7, [sp, #60]\n"
          "ldrd r8, r9, [r0, #36]\n"
          "vdup.16 q4, r8\n"
          "vdup.16 q5, r9\n"
          "ldm r0, {r4-r6}\n"
          "ldrd r8, r9, [r0, #28]\n"
          "lsr r0, r3, #3\n"
          "wls lr, r0, 2f\n"
          "1:\n"
          "vldrb.s16 q0, [r1], #8\n"
          "vldrb.s16 q1, [r2], #8\n" MULTIPLY "vstrb.16 q2, [r7], #8\n"
          "le lr, 1b\n"
          "2:\n"
          "ands r3, r3, #7\n"
          "beq 3f\n"
          "vctp.16 r3\n"
          "vpstt\n"
          "vldrbt.s16 q0, [r1]\n"
          "vldrbt.s16 q1, [r2]\n" MULTIPLY "vpst\n"
          "vstrbt.16 q2, [r7]\n"
          "3:\n"
          "vpop {d8-d11}\n"
          "pop {r4-r9, pc}\n");
}
