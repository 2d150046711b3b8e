/* SPDX-License-Identifier: Apache-2.0 */
/* Tiles of four outputs of a channel, in assembly. */
#include <stddef.h>

#include "tinygen/mve/depthwise_s8.h"

_Static_assert(
    offsetof(tg_mve_band, patch_step) == 4 && offsetof(tg_mve_band, next_in) == 12 &&
        offsetof(tg_mve_band, tiles) == 20 && offsetof(tg_mve_band, rest) == 28 &&
        offsetof(tg_mve_band, zero_point) == 32 && offsetof(tg_mve_band, weights) == 40 &&
        offsetof(tg_mve_band, table) == 48 && offsetof(tg_mve_band, outputs) == 56,
    "the assembly knows the order of the fields");

/* r0 patch, r1 step to the next, r3 bias, r5 multiplier, r7 minus the shift, r9 output's
 * zero point, r10 output, r11 step to the next tile's, r12 weights; q5 a patch's columns,
 * q6 a tile's outputs. Locals: [sp] step to the next channel's patch, [4] and output, [8]
 * tiles, [12] lanes of whole tiles, [16] of the rest, [20] end of the weights, [24]
 * table. */
#define ENTER                                                                            \
    "push {r4-r11, lr}\n"                                                                \
    "vpush {d8-d15}\n"                                                                   \
    "ldrd r2, r3, [r0, #52]\n"                                                           \
    "vldrw.u32 q5, [r2]\n"                                                               \
    "vldrw.u32 q6, [r3]\n"                                                               \
    "ldrd r12, r7, [r0, #40]\n"                                                          \
    "ldr r8, [r0, #48]\n"                                                                \
    "ldrd r2, r3, [r0, #12]\n"                                                           \
    "ldrd r4, r5, [r0, #20]\n"                                                           \
    "ldr r6, [r0, #28]\n"                                                                \
    "ldrd r9, r10, [r0, #32]\n"                                                          \
    "ldrd r1, r11, [r0, #4]\n"                                                           \
    "push {r2-r8}\n"                                                                     \
    "ldr r0, [r0]\n"

/* A channel's table, and its whole tiles; Z says that no rest is still to come. */
#define BEGIN_CHANNEL                                                                    \
    "ldr r4, [sp, #24]\n"                                                                \
    "ldm r4!, {r3, r5, r7}\n"                                                            \
    "str r4, [sp, #24]\n"                                                                \
    "ldrd r2, r4, [sp, #8]\n"                                                            \
    "ldr r6, [sp, #16]\n"                                                                \
    "vmsr p0, r4\n"                                                                      \
    "cmp r6, #0\n"                                                                       \
    "wls lr, r2, 3f\n"                                                                   \
    "2:\n"

/* Sums in q4, lane by lane. */
#define QUAD_WEIGHTS                                                                     \
    "1:\n"                                                                               \
    "vldrw.u32 q0, [r12], #16\n"                                                         \
    "vldrw.u32 q1, [r12, #-20]\n"                                                        \
    "vshl.i32 q2, q0, #8\n"                                                              \
    "vshl.i32 q3, q1, #8\n"
#define QUAD_SUM                                                                         \
    "vldrw.u32 q4, [r0, q5]\n"                                                           \
    "add r0, r1\n"                                                                       \
    "vmladav.s8 r2, q4, q0\n"                                                            \
    "vmladav.s8 r4, q4, q1\n"                                                            \
    "vmladav.s8 r6, q4, q2\n"                                                            \
    "vmladav.s8 r8, q4, q3\n"                                                            \
    "vmov q4[2], q4[0], r2, r6\n"                                                        \
    "vmov q4[3], q4[1], r4, r8\n"
#define ROW_WEIGHTS                                                                      \
    "1:\n"                                                                               \
    "vldrw.u32 q0, [r12], #16\n"
#define ROW_SUM                                                                          \
    "vldrw.u32 q1, [r0, q5]\n"                                                           \
    "add r0, r1\n"                                                                       \
    "vmladav.s8 r2, q1, q0\n"                                                            \
    "vldrw.u32 q2, [r0, q5]\n"                                                           \
    "add r0, r1\n"                                                                       \
    "vmladav.s8 r4, q2, q0\n"                                                            \
    "vldrw.u32 q3, [r0, q5]\n"                                                           \
    "add r0, r1\n"                                                                       \
    "vmladav.s8 r6, q3, q0\n"                                                            \
    "vldrw.u32 q4, [r0, q5]\n"                                                           \
    "add r0, r1\n"                                                                       \
    "vmladav.s8 r8, q4, q0\n"                                                            \
    "vmov q4[2], q4[0], r2, r6\n"                                                        \
    "vmov q4[3], q4[1], r4, r8\n"

/* As in requantize.h, with one multiplier and shift. */
#define MULTIPLY                                                                         \
    "vadd.i32 q4, q4, r3\n"                                                              \
    "vqrdmulh.s32 q4, q4, r5\n"
#define LOWER(q)                                                                         \
    "vshr.s32 " q ", q4, #31\n"                                                          \
    "vadd.i32 q4, q4, " q "\n"
#define FINISH                                                                           \
    "vrshl.s32 q4, r7\n"                                                                 \
    "vadd.i32 q4, q4, r9\n"                                                              \
    "vqmovnb.s32 q4, q4\n"                                                               \
    "vqmovnb.s16 q4, q4\n"                                                               \
    "vpst\n"                                                                             \
    "vstrbt.32 q4, [r10, q6]\n"                                                          \
    "add r10, r11\n"                                                                     \
    "le lr, 2b\n"                                                                        \
    "3:\n"
#define NEXT_CHANNEL                                                                     \
    "beq 4f\n"                                                                           \
    "ldr r4, [sp, #16]\n"                                                                \
    "vmsr p0, r4\n"                                                                      \
    "mov lr, #1\n"                                                                       \
    "cmp r0, r0\n"                                                                       \
    "b 2b\n"                                                                             \
    "4:\n"                                                                               \
    "ldrd r2, r4, [sp]\n"                                                                \
    "add r0, r2\n"                                                                       \
    "add r10, r4\n"                                                                      \
    "ldr r4, [sp, #20]\n"                                                                \
    "cmp r12, r4\n"                                                                      \
    "bne 1b\n"                                                                           \
    "add sp, #28\n"                                                                      \
    "vpop {d8-d15}\n"                                                                    \
    "pop {r4-r11, pc}\n"

/* The argument arrives in r0; GCC sees no use of it. */
#define TILES(name, weights, sum, requantize)                                            \
    __attribute__((naked)) void name(const tg_mve_band *band __attribute__((unused)))    \
    {                                                                                    \
        __asm(ENTER weights BEGIN_CHANNEL sum requantize FINISH NEXT_CHANNEL);           \
    }

TILES(tg_mve_quad_relu_s8, QUAD_WEIGHTS, QUAD_SUM, MULTIPLY)
TILES(tg_mve_quad_plain_s8, QUAD_WEIGHTS, QUAD_SUM, MULTIPLY LOWER("q7"))
TILES(tg_mve_row_relu_s8, ROW_WEIGHTS, ROW_SUM, MULTIPLY)
TILES(tg_mve_row_plain_s8, ROW_WEIGHTS, ROW_SUM, MULTIPLY LOWER("q1"))
