/* SPDX-License-Identifier: Apache-2.0 */
/* STM32L4 and L4+ to their rated clock from the internal oscillator: voltage, flash wait
 * states, PLL, and only then the switch (ST RM0351 and RM0432, chapters PWR, FLASH, RCC).
 */
#include "clock.h"

#include "../stm32/wait.h"
#include "registers.h"

#define NEEDS_BOOST                                                                      \
    (TG_CLOCK_HZ > 80000000u) /* RM0432, 5.1.8: range 1 boost, L4+ only                  \
                               */
#define STEP_HZ (NEEDS_BOOST ? 20000000u : 16000000u)
/* RM0351 table 12 and RM0432 table 16: one for each step. */
#define WAIT_STATES ((TG_CLOCK_HZ + STEP_HZ - 1u) / STEP_HZ - 1u)

/* 16 MHz / 2 = 8 MHz; x N; / 2. */
#define PLL_M 2u
#define PLL_R 2u
#define PLL_N (TG_CLOCK_HZ / 1000000u * PLL_R / 8u)

_Static_assert(PLL_N * 8u * 1000000u == TG_CLOCK_HZ * PLL_R && PLL_N >= 8 && PLL_N <= 43,
               "the PLL cannot: its VCO ends at 344 MHz");
_Static_assert(TG_CLOCK_HZ <= 120000000u, "no part of the family runs that fast");

#define CR_HSI_ON      (1u << 8)
#define CR_HSI_READY   (1u << 10)
#define CR_PLL_ON      (1u << 24)
#define CR_PLL_READY   (1u << 25)
#define PLLCFGR_HSI    2u
#define PLLCFGR_R_ON   (1u << 24)
#define CFGR_SWITCH    3u
#define CFGR_PLL       3u
#define CFGR_AHB_BY_2  (8u << 4)
#define APB1_POWER     (1u << 28)
#define CR1_RANGE_1    (1u << 9) /* of two bits */
#define SR2_NOT_READY  (1u << 10)
#define CR5_NO_BOOST   (1u << 8)
#define ACR_PREFETCH   (1u << 8)
#define ACR_CACHES     (3u << 9)
#define BOOST_SETTLING 120u /* RM0432: 1 us, and a loop takes a cycle at the least */

static void raise_core_voltage(void)
{
    RCC_APB1ENR1 |= APB1_POWER;
    (void)RCC_APB1ENR1;
    PWR_CR1 = (PWR_CR1 & ~(3u << 9)) | CR1_RANGE_1;
    wait_for(&PWR_SR2, SR2_NOT_READY, 0);
    if (NEEDS_BOOST) {
        RCC_CFGR |= CFGR_AHB_BY_2;
        PWR_CR5 &= ~CR5_NO_BOOST;
    }
}

static void start_pll(void)
{
    RCC_CR |= CR_HSI_ON;
    wait_for(&RCC_CR, CR_HSI_READY, CR_HSI_READY);
    RCC_CR &= ~CR_PLL_ON;
    wait_for(&RCC_CR, CR_PLL_READY, 0);
    RCC_PLLCFGR = (PLL_R / 2 - 1) << 25 | PLLCFGR_R_ON | PLL_N << 8 | (PLL_M - 1) << 4 |
                  PLLCFGR_HSI;
    RCC_CR |= CR_PLL_ON;
    wait_for(&RCC_CR, CR_PLL_READY, CR_PLL_READY);
}

void tg_start_clocks(void)
{
    raise_core_voltage();
    start_pll();
    set_wait_states(&FLASH_ACR, ACR_CACHES | ACR_PREFETCH | WAIT_STATES);
    RCC_CFGR |= CFGR_PLL;
    wait_for(&RCC_CFGR, CFGR_SWITCH << 2, CFGR_PLL << 2);
    if (NEEDS_BOOST) {
        for (volatile uint32_t n = 0; n < BOOST_SETTLING; n++) {
        }
        RCC_CFGR &= ~(15u << 4);
    }
}
