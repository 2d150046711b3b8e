/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/mve/lookup_s8.h"

void tg_mve_lookup_s8(const int8_t *in, const int8_t *table, int32_t n, int8_t *out)
{
    __asm volatile("wlstp.8 lr, %[n], 2f\n"
                   "1:\n"
                   "vldrb.u8 q0, [%[in]], #16\n"
                   "vldrb.u8 q1, [%[table], q0]\n"
                   "vstrb.8 q1, [%[out]], #16\n"
                   "letp lr, 1b\n"
                   "2:\n"
                   : [in] "+r"(in), [out] "+r"(out)
                   : [table] "r"(table), [n] "r"(n)
                   : "q0", "q1", "lr", "memory");
}
