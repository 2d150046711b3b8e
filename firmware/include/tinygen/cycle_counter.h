/* SPDX-License-Identifier: Apache-2.0 */
/* The core's cycle counter (Arm DDI0403, C1.8; DDI0553): checked before it is believed.
 * Cortex-M0 has none, emulators read zeros, and some parts gate it. */
#ifndef TINYGEN_CYCLE_COUNTER_H
#define TINYGEN_CYCLE_COUNTER_H

#include "tinygen/cortex_m.h"

#define TG_DEMCR      TG_REGISTER(0xE000EDFCu)
#define TG_DWT_CTRL   TG_REGISTER(0xE0001000u)
#define TG_DWT_CYCCNT TG_REGISTER(0xE0001004u)
#define TG_DWT_LAR    TG_REGISTER(0xE0001FB0u)

#if defined(__ARM_ARCH_6M__)
#define TG_HAS_CYCLE_COUNTER 0
#else
#define TG_HAS_CYCLE_COUNTER 1
#endif

/* Whether tg_start_cycle_counter found that it counts; the answer lies in its own enable
 * bit, because ports have no variables. */
static inline uint32_t tg_cycles_are_counted(void)
{
    return TG_HAS_CYCLE_COUNTER ? TG_DWT_CTRL & 1u : 0;
}

/* Start it at 0; turn it off again when it stands still. */
static inline void tg_start_cycle_counter(void)
{
    if (TG_HAS_CYCLE_COUNTER) {
        TG_DEMCR |= 1u << 24;     /* TRCENA */
        TG_DWT_LAR = 0xC5ACCE55u; /* Cortex-M7 locks it */
        TG_DWT_CYCCNT = 0;
        TG_DWT_CTRL |= 1u;
        const uint32_t before = TG_DWT_CYCCNT;
        tg_barrier();
        if (TG_DWT_CYCCNT == before) {
            TG_DWT_CTRL &= ~1u;
        }
    }
}

#endif
