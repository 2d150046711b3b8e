/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/narrow_s8.h"

#include <stddef.h>

_Static_assert(offsetof(tg_mve_narrow, in_c) == 8 &&
                   offsetof(tg_mve_narrow, zero_point) == 16,
               "the assembly knows the order of the fields");

/* Compute count pixels. r0 output, r1 pixel, r3 in_c, r5 out_c, r7 zero point, r9
 * weights, r11 table, r12 first channel of the group; q0 to q3 weights, q5 to q7 its
 * table. */
__attribute__((naked, noinline)) static void
multiply(const tg_mve_narrow *p __attribute__((unused)),
         const int8_t *in __attribute__((unused)), int8_t *out __attribute__((unused)),
         int32_t count __attribute__((unused)))
{
    __asm("push {r4-r11, lr}\n"
          "vpush {d8-d15}\n"
          "push {r1, r2, r3}\n"
          "ldrd r9, r11, [r0]\n"
          "ldrd r3, r5, [r0, #8]\n"
          "ldr r7, [r0, #16]\n"
          "mov r12, #0\n"
          "vctp.8 r3\n"
          "1:\n"
          "ldrd r1, r0, [sp]\n"
          "ldr r2, [sp, #8]\n"
          "add r0, r12\n"
          "vldrw.u32 q0, [r9], #64\n"
          "vldrw.u32 q1, [r9, #-48]\n"
          "vldrw.u32 q2, [r9, #-32]\n"
          "vldrw.u32 q3, [r9, #-16]\n"
          "vldrw.u32 q5, [r11], #48\n"
          "vldrw.u32 q6, [r11, #-32]\n"
          "vldrw.u32 q7, [r11, #-16]\n"
          "dls lr, r2\n"
          "2:\n"
          "vpst\n"
          "vldrbt.u8 q4, [r1]\n"
          "add r1, r3\n"
          "vmladav.s8 r4, q4, q0\n"
          "vmladav.s8 r6, q4, q1\n"
          "vmladav.s8 r8, q4, q2\n"
          "vmladav.s8 r10, q4, q3\n"
          "vmov q4[2], q4[0], r4, r8\n"
          "vmov q4[3], q4[1], r6, r10\n"
          "vadd.i32 q4, q4, q5\n"
          "vqrdmulh.s32 q4, q4, q6\n"
          "vrshl.s32 q4, q4, q7\n"
          "vadd.i32 q4, q4, r7\n"
          "vqmovnb.s32 q4, q4\n"
          "vqmovnb.s16 q4, q4\n"
          "vstrb.32 q4, [r0]\n"
          "add r0, r5\n"
          "le lr, 2b\n"
          "sub r2, r5, #4\n"
          "cmp r12, r2\n"
          "beq 3f\n"
          "add r12, #4\n"
          "cmp r12, r2\n"
          "it gt\n"
          "movgt r12, r2\n"
          "b 1b\n"
          "3:\n"
          "add sp, #12\n"
          "vpop {d8-d15}\n"
          "pop {r4-r11, pc}\n");
}

void tg_mve_narrow_s8(const tg_mve_narrow *p, const int8_t *in, int8_t *out)
{
    for (int32_t left = p->pixels; left > 0; left -= TG_MVE_NARROW_PIXELS) {
        multiply(p, in, out, left < TG_MVE_NARROW_PIXELS ? left : TG_MVE_NARROW_PIXELS);
        in += TG_MVE_NARROW_PIXELS * p->in_c;
        out += TG_MVE_NARROW_PIXELS * p->out_c;
    }
}
