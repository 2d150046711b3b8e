/* SPDX-License-Identifier: Apache-2.0 */
/* tg_dot_s8 with the vector extension: 16 products an instruction. */
#ifndef TINYGEN_MVE_DOT_S8_H
#define TINYGEN_MVE_DOT_S8_H

#include <stdint.h>

static inline uint32_t tg_dot_s8(const int8_t *a, int32_t a_offset, const int8_t *b,
                                 int32_t count)
{
    uint32_t products = 0;
    uint32_t sum = 0; /* of b */
    __asm volatile(
        "wlstp.8 lr, %[count], 2f\n"
        "1:\n"
        "vldrb.u8 q0, [%[a]], #16\n"
        "vldrb.u8 q1, [%[b]], #16\n"
        "vmladava.s8 %[products], q0, q1\n"
        "vaddva.s8 %[sum], q1\n"
        "letp lr, 1b\n"
        "2:\n"
        : [a] "+r"(a), [b] "+r"(b), [products] "+Te"(products), [sum] "+Te"(sum)
        : [count] "r"(count)
        : "q0", "q1", "lr", "memory");
    return products + (uint32_t)a_offset * sum;
}

#endif
