/* SPDX-License-Identifier: Apache-2.0 */
/* The caches of a Cortex-M7 (Arm DDI0489, DDI0403 B3.2 and B2.2.7). */
#ifndef TINYGEN_CORTEX_M7_H
#define TINYGEN_CORTEX_M7_H

#include "tinygen/cortex_m.h"

#define TG_CCSIDR  TG_REGISTER(0xE000ED80u)
#define TG_CSSELR  TG_REGISTER(0xE000ED84u)
#define TG_ICIALLU TG_REGISTER(0xE000EF50u)
#define TG_DCISW   TG_REGISTER(0xE000EF60u)

#define TG_CCR_DATA_CACHE        (1u << 16)
#define TG_CCR_INSTRUCTION_CACHE (1u << 17)

/* Forget what both hold since power-on, and turn them on; once, while they are off. */
static inline void tg_enable_caches(void)
{
    if ((TG_SCB_CCR & TG_CCR_DATA_CACHE) != 0) {
        return; /* a boot loader did: what they hold is not garbage */
    }
    tg_barrier();
    TG_ICIALLU = 0;
    tg_barrier();
    TG_CSSELR = 0; /* the first level's data cache */
    tg_barrier();
    const uint32_t sets = ((TG_CCSIDR >> 13) & 0x7FFFu) + 1;
    const uint32_t ways = ((TG_CCSIDR >> 3) & 0x3FFu) + 1;
    for (uint32_t set = 0; set < sets; set++) {
        for (uint32_t way = 0; way < ways; way++) {
            TG_DCISW = way << 30 | set << 5; /* 4 ways, 32-byte lines */
        }
    }
    tg_barrier();
    TG_SCB_CCR |= TG_CCR_INSTRUCTION_CACHE | TG_CCR_DATA_CACHE;
    tg_barrier();
}

#endif
