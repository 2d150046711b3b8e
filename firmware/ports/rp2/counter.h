/* SPDX-License-Identifier: Apache-2.0 */
/* A 32-bit cycle counter for the RP2040, whose core has none: SysTick counts cycles, but
 * only 24 bits of them (0.13 s); the timer counts microseconds for an hour. Both follow
 * one crystal, so that together they count cycles exactly. */
#ifndef TINYGEN_RP2_COUNTER_H
#define TINYGEN_RP2_COUNTER_H

#include <stdint.h>

#include "clock.h"
#include "registers.h"

#define CYCLES_PER_US  (TG_CLOCK_HZ / 1000000u)
#define SYST_CSR       TG_REGISTER(0xE000E010u)
#define SYST_RVR       TG_REGISTER(0xE000E014u)
#define SYST_CVR       TG_REGISTER(0xE000E018u)
#define SYST_MASK      0xFFFFFFu
#define SYST_FROM_CORE 5u /* enabled, no interrupt */
#define TICK_EACH_US   (1u << 9 | TG_CRYSTAL_HZ / 1000000u)

/* The count whose low 24 bits are `fine` and that is next to `coarse`. */
static inline uint32_t tg_join_counts(uint32_t coarse, uint32_t fine)
{
    const uint32_t ahead = (fine - coarse) & SYST_MASK;
    return coarse + ahead - (ahead > SYST_MASK / 2 ? SYST_MASK + 1u : 0);
}

#if !TG_IS_RP2350
static inline void tg_start_joined_counter(void)
{
    RESETS_RESET |= RESET_TIMER; /* it may have run since long before */
    tg_start_blocks(RESET_TIMER);
    WATCHDOG_TICK = TICK_EACH_US;
    const uint32_t now_us = TIMER_RAWL;
    while (TIMER_RAWL == now_us) {
    }
    SYST_RVR = SYST_MASK;
    SYST_CVR = 0; /* any write: it starts over */
    SYST_CSR = SYST_FROM_CORE;
}

/* Microseconds are scaled modulo 2^32, so that the timer may wrap, too. The two start
 * a few microseconds apart, far below the 2^23 cycles that would confuse them. */
static inline uint32_t tg_joined_counter(void)
{
    const uint32_t fine = SYST_MASK - (SYST_CVR & SYST_MASK);
    return tg_join_counts(TIMER_RAWL * CYCLES_PER_US, fine);
}
#endif

#endif
