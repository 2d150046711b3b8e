/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "tinygen/mve/depthwise_s8.h"

_Static_assert(offsetof(tg_mve_rows, step) == 16 && offsetof(tg_mve_rows, kept) == 32,
               "the assembly knows the order of the fields");

/* r3 band, r4 to r7 rows, r8 to r11 their steps, r12 where a row is kept. The arguments
 * arrive in r0 to r3 and on the stack; GCC sees no use of them. */
#define TURN(name, load, keep)                                                           \
    __attribute__((naked)) void name(const tg_mve_rows *rows __attribute__((unused)),    \
                                     int32_t columns __attribute__((unused)),            \
                                     int32_t channels __attribute__((unused)),           \
                                     int8_t *to __attribute__((unused)),                 \
                                     int32_t column_bytes __attribute__((unused)))       \
    {                                                                                    \
        __asm("push {r4-r11, lr}\n" load "ldm r0, {r4-r11}\n"                            \
              "vctp.8 r2\n"                                                              \
              "ldr r2, [sp, #36]\n"                                                      \
              "wls lr, r1, 2f\n"                                                         \
              "1:\n"                                                                     \
              "vpstttt\n"                                                                \
              "vldrbt.u8 q0, [r4]\n"                                                     \
              "vldrbt.u8 q1, [r5]\n"                                                     \
              "vldrbt.u8 q2, [r6]\n"                                                     \
              "vldrbt.u8 q3, [r7]\n"                                                     \
              "add r4, r8\n"                                                             \
              "add r5, r9\n"                                                             \
              "add r6, r10\n"                                                            \
              "add r7, r11\n" keep "vst40.8 {q0, q1, q2, q3}, [r3]\n"                    \
              "vst41.8 {q0, q1, q2, q3}, [r3]\n"                                         \
              "vst42.8 {q0, q1, q2, q3}, [r3]\n"                                         \
              "vst43.8 {q0, q1, q2, q3}, [r3]\n"                                         \
              "add r3, r2\n"                                                             \
              "le lr, 1b\n"                                                              \
              "2:\n"                                                                     \
              "pop {r4-r11, pc}\n");                                                     \
    }

TURN(tg_mve_turn_s8, , )
TURN(tg_mve_turn_and_keep_s8, "ldr r12, [r0, #32]\n", "vstrb.8 q2, [r12], #16\n")
