/* SPDX-License-Identifier: Apache-2.0 */
/* Two pixels times all output channels, four at a time, in assembly. */
#include <stddef.h>

#include "tinygen/mve/product_s8.h"
#include "tinygen/mve/requantize.h"

_Static_assert(offsetof(tg_mve_product, table) == 4 &&
                   offsetof(tg_mve_product, out_c) == 12 &&
                   offsetof(tg_mve_product, min) == 20 &&
                   offsetof(tg_mve_product, out_step) == 28,
               "the assembly knows the order of the fields");

/* Locals: [sp] x0, [4] x1, [8] turns, [12] out_step, [16] zero point, [20] channels left,
 * [24] where the first turn begins. Four blocks a turn, BLOCK is 56 bytes of code. r5
 * out, r9 table, r11 weights, q4 and q5 limits. */
#define ENTER                                                                            \
    "push {r4-r11, lr}\n"                                                                \
    "vpush {d8-d11}\n"                                                                   \
    "ldrd r11, r9, [r0]\n"                                                               \
    "ldrd r4, r6, [r0, #20]\n"                                                           \
    "vdup.32 q4, r4\n"                                                                   \
    "vdup.32 q5, r6\n"                                                                   \
    "ldrd r6, r8, [r0, #8]\n"                                                            \
    "ldr r10, [r0, #16]\n"                                                               \
    "mov r5, r3\n"                                                                       \
    "mov r12, r8\n"                                                                      \
    "ldr r8, [r0, #28]\n"                                                                \
    "rsb r4, r6, #0\n"                                                                   \
    "and r4, r4, #3\n"                                                                   \
    "add r6, #3\n"                                                                       \
    "lsr r6, r6, #2\n"                                                                   \
    "mov r7, #56\n"                                                                      \
    "adr.w lr, 2f\n"                                                                     \
    "mla lr, r4, r7, lr\n"                                                               \
    "orr lr, lr, #1\n"                                                                   \
    "push {r1, r2, r6, r8, r10, r12, lr}\n"

/* 16 values of both pixels times four channels: r0 r2 r4 r6 are sums of the first pixel,
 * r8 r10 r12 lr of the second. */
#define BLOCK                                                                            \
    "vldrb.u8 q0, [r1], #16\n"                                                           \
    "vldrw.u32 q2, [r11], #64\n"                                                         \
    "vmladava.s8 r0, q0, q2\n"                                                           \
    "vldrb.u8 q1, [r3], #16\n"                                                           \
    "vmladava.s8 r8, q1, q2\n"                                                           \
    "vldrw.u32 q3, [r11, #-48]\n"                                                        \
    "vmladava.s8 r2, q0, q3\n"                                                           \
    "vmladava.s8 r10, q1, q3\n"                                                          \
    "vldrw.u32 q2, [r11, #-32]\n"                                                        \
    "vmladava.s8 r4, q0, q2\n"                                                           \
    "vmladava.s8 r12, q1, q2\n"                                                          \
    "vldrw.u32 q3, [r11, #-16]\n"                                                        \
    "vmladava.s8 r6, q0, q3\n"                                                           \
    "vmladava.s8 lr, q1, q3\n"

/* Sums of four channels in q0 and q1. Leaves the second output in r0, the zero point in
 * r1 and how many channels are left in r2. */
#define SUM                                                                              \
    "1:\n"                                                                               \
    "ldm r9, {r0, r2, r4, r6}\n"                                                         \
    "ldm r9!, {r8, r10, r12, lr}\n"                                                      \
    "ldrd r1, r3, [sp]\n"                                                                \
    "ldr r7, [sp, #8]\n"                                                                 \
    "ldr pc, [sp, #24]\n"                                                                \
    "2:\n" BLOCK BLOCK BLOCK BLOCK "subs r7, #1\n"                                       \
    "bne 2b\n"                                                                           \
    "vmov q0[2], q0[0], r0, r4\n"                                                        \
    "vmov q0[3], q0[1], r2, r6\n"                                                        \
    "vmov q1[2], q1[0], r8, r12\n"                                                       \
    "vmov q1[3], q1[1], r10, lr\n"                                                       \
    "ldrd r0, r1, [sp, #12]\n"                                                           \
    "ldr r2, [sp, #20]\n"                                                                \
    "add r0, r5\n"

/* Store them, and go on; the last group may be fewer. */
#define STORE_AND_LEAVE                                                                  \
    "subs r2, #4\n"                                                                      \
    "blt 3f\n"                                                                           \
    "vstrb.32 q1, [r0]\n"                                                                \
    "vstrb.32 q0, [r5], #4\n"                                                            \
    "str r2, [sp, #20]\n"                                                                \
    "bne 1b\n"                                                                           \
    "b 4f\n"                                                                             \
    "3:\n"                                                                               \
    "adds r2, #4\n"                                                                      \
    "vctp.32 r2\n"                                                                       \
    "vpstt\n"                                                                            \
    "vstrbt.32 q1, [r0]\n"                                                               \
    "vstrbt.32 q0, [r5]\n"                                                               \
    "4:\n"                                                                               \
    "add sp, #28\n"                                                                      \
    "vpop {d8-d11}\n"                                                                    \
    "pop {r4-r11, pc}\n"

/* The arguments arrive in r0 to r3; GCC sees no use of them. ADR, which finds the first
 * turn, counts from multiples of 4. */
#define PRODUCT(name, requantize)                                                        \
    __attribute__((naked, aligned(4))) void name(                                        \
        const tg_mve_product *p __attribute__((unused)),                                 \
        const int8_t *x0 __attribute__((unused)),                                        \
        const int8_t *x1 __attribute__((unused)), int8_t *out __attribute__((unused)))   \
    {                                                                                    \
        __asm(ENTER SUM requantize STORE_AND_LEAVE);                                     \
    }

PRODUCT(tg_mve_product2_relu_s8,
        TG_MVE_MULTIPLY_TWO TG_MVE_FINISH("q0") TG_MVE_FINISH("q1"))
PRODUCT(tg_mve_product2_plain_s8,
        TG_MVE_MULTIPLY_TWO TG_MVE_LOWER("q0") TG_MVE_LOWER("q1") TG_MVE_FINISH("q0")
            TG_MVE_FINISH("q1"))
PRODUCT(tg_mve_product2_exact_s8,
        TG_MVE_SHIFT_MULTIPLY_TWO TG_MVE_RIGHT_SHIFTS TG_MVE_LOWER_IF_SHIFTED("q0")
            TG_MVE_LOWER_IF_SHIFTED("q1") TG_MVE_FINISH("q0") TG_MVE_FINISH("q1"))

const tg_mve_product_set tg_mve_relu_s8 = {tg_mve_product1_relu_s8,
                                           tg_mve_product2_relu_s8};
const tg_mve_product_set tg_mve_plain_s8 = {tg_mve_product1_plain_s8,
                                            tg_mve_product2_plain_s8};
const tg_mve_product_set tg_mve_exact_s8 = {tg_mve_product1_exact_s8,
                                            tg_mve_product2_exact_s8};
