/* SPDX-License-Identifier: Apache-2.0 */
/* One pixel times all output channels, four at a time, in assembly. */
#include <stddef.h>

#include "tinygen/mve/product_s8.h"
#include "tinygen/mve/requantize.h"

_Static_assert(offsetof(tg_mve_product, table) == 4 &&
                   offsetof(tg_mve_product, out_c) == 12 &&
                   offsetof(tg_mve_product, min) == 20,
               "the assembly knows the order of the fields");

/* r1 zero point, r3 out, r5 weights, r7 blocks, r8 x, r9 table, r10 channels left, q4 and
 * q5 limits. */
#define ENTER                                                                            \
    "push {r4-r11, lr}\n"                                                                \
    "vpush {d8-d13}\n"                                                                   \
    "mov r3, r2\n"                                                                       \
    "mov r8, r1\n"                                                                       \
    "ldrd r5, r9, [r0]\n"                                                                \
    "ldrd r7, r10, [r0, #8]\n"                                                           \
    "ldrd r1, r4, [r0, #16]\n"                                                           \
    "ldr r6, [r0, #24]\n"                                                                \
    "vdup.32 q4, r4\n"                                                                   \
    "vdup.32 q5, r6\n"

/* Sums of four channels in r0 r2 r4 r6, then in q0. */
#define SUM                                                                              \
    "1:\n"                                                                               \
    "ldm r9!, {r0, r2, r4, r6}\n"                                                        \
    "mov r11, r8\n"                                                                      \
    "dls lr, r7\n"                                                                       \
    "2:\n"                                                                               \
    "vldrb.u8 q0, [r11], #16\n"                                                          \
    "vldrw.u32 q1, [r5], #64\n"                                                          \
    "vmladava.s8 r0, q0, q1\n"                                                           \
    "vldrw.u32 q2, [r5, #-48]\n"                                                         \
    "vmladava.s8 r2, q0, q2\n"                                                           \
    "vldrw.u32 q1, [r5, #-32]\n"                                                         \
    "vmladava.s8 r4, q0, q1\n"                                                           \
    "vldrw.u32 q2, [r5, #-16]\n"                                                         \
    "vmladava.s8 r6, q0, q2\n"                                                           \
    "le lr, 2b\n"                                                                        \
    "vmov q0[2], q0[0], r0, r4\n"                                                        \
    "vmov q0[3], q0[1], r2, r6\n"

/* Store them, and go on; the last group may be fewer. */
#define STORE_AND_LEAVE                                                                  \
    "subs r10, #4\n"                                                                     \
    "blt 3f\n"                                                                           \
    "vstrb.32 q0, [r3], #4\n"                                                            \
    "bne 1b\n"                                                                           \
    "b 4f\n"                                                                             \
    "3:\n"                                                                               \
    "adds r10, #4\n"                                                                     \
    "vctp.32 r10\n"                                                                      \
    "vpst\n"                                                                             \
    "vstrbt.32 q0, [r3]\n"                                                               \
    "4:\n"                                                                               \
    "vpop {d8-d13}\n"                                                                    \
    "pop {r4-r11, pc}\n"

/* One multiplier in q6 and one shift in q3 for all channels. */
#define LOAD_SHARED                                                                      \
    "vldrw.u32 q6, [r9], #32\n"                                                          \
    "vldrw.u32 q3, [r9, #-16]\n"
#define MULTIPLY_SHARED "vqrdmulh.s32 q0, q0, q6\n"

/* The arguments arrive in r0 to r2; GCC sees no use of them. */
#define PRODUCT(name, load, requantize)                                                  \
    __attribute__((naked)) void name(const tg_mve_product *p __attribute__((unused)),    \
                                     const int8_t *x __attribute__((unused)),            \
                                     int8_t *out __attribute__((unused)))                \
    {                                                                                    \
        __asm(ENTER load SUM requantize STORE_AND_LEAVE);                                \
    }

PRODUCT(tg_mve_product1_relu_s8, , TG_MVE_MULTIPLY TG_MVE_FINISH("q0"))
PRODUCT(tg_mve_product1_plain_s8, ,
        TG_MVE_MULTIPLY TG_MVE_LOWER("q0") TG_MVE_FINISH("q0"))
PRODUCT(tg_mve_product1_exact_s8, ,
        TG_MVE_SHIFT_MULTIPLY TG_MVE_RIGHT_SHIFTS TG_MVE_LOWER_IF_SHIFTED("q0")
            TG_MVE_FINISH("q0"))
PRODUCT(tg_mve_product1_shared_relu_s8, LOAD_SHARED, MULTIPLY_SHARED TG_MVE_FINISH("q0"))
PRODUCT(tg_mve_product1_shared_plain_s8, LOAD_SHARED,
        MULTIPLY_SHARED TG_MVE_LOWER("q0") TG_MVE_FINISH("q0"))

const tg_mve_product_set tg_mve_shared_relu_s8 = {tg_mve_product1_shared_relu_s8, NULL};
const tg_mve_product_set tg_mve_shared_plain_s8 = {tg_mve_product1_shared_plain_s8, NULL};
