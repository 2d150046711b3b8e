/* SPDX-License-Identifier: Apache-2.0 */
/* Copy and fill bytes, 16 at a time; nothing beyond them is read or written. */
#ifndef TINYGEN_MVE_BYTES_H
#define TINYGEN_MVE_BYTES_H

#include <stdint.h>

/* count >= 0; from and to do not overlap. */
static inline void tg_mve_copy(int8_t *to, const int8_t *from, int32_t count)
{
    __asm volatile("wlstp.8 lr, %[count], 2f\n"
                   "1:\n"
                   "vldrb.u8 q0, [%[from]], #16\n"
                   "vstrb.8 q0, [%[to]], #16\n"
                   "letp lr, 1b\n"
                   "2:\n"
                   : [to] "+r"(to), [from] "+r"(from)
                   : [count] "r"(count)
                   : "q0", "lr", "memory");
}

/* count >= 0. */
static inline void tg_mve_fill(int8_t *to, int32_t value, int32_t count)
{
    __asm volatile("vdup.8 q0, %[value]\n"
                   "wlstp.8 lr, %[count], 2f\n"
                   "1:\n"
                   "vstrb.8 q0, [%[to]], #16\n"
                   "letp lr, 1b\n"
                   "2:\n"
                   : [to] "+r"(to)
                   : [value] "r"(value), [count] "r"(count)
                   : "q0", "lr", "memory");
}

#endif
