/* SPDX-License-Identifier: Apache-2.0 */
/* STM32U575 to 160 MHz from its internal oscillator, as ST's RM0456 orders it: voltage
 * range 1, PLL, its booster, flash wait states, and only then the switch. */
#include "clock.h"

#include "../stm32/wait.h"
#include "registers.h"

_Static_assert(TG_CLOCK_HZ == 160000000, "the numbers below make 160 MHz");

#define AHB3_POWER    (1u << 2)
#define VOSR_RANGE_1  (3u << 16)
#define VOSR_READY    (1u << 15)
#define VOSR_BOOST    (1u << 18) /* needed above 55 MHz */
#define VOSR_BOOSTED  (1u << 14)
#define ACR_4_WAIT    4u /* RM0456, table "wait states": range 1, up to 160 MHz */
#define ACR_PREFETCH  (1u << 8)
#define ICACHE_ENABLE 1u
#define CR_HSI_ON     (1u << 8)
#define CR_HSI_READY  (1u << 10)
#define CR_PLL1_ON    (1u << 24)
#define CR_PLL1_READY (1u << 25)
#define CFGR1_SWITCH  3u
#define CFGR1_PLL1    3u

/* 16 MHz / 1; x 20 = 320 MHz; / 2 = 160 MHz. The booster runs from the same 16 MHz. */
#define PLL1_N           20u
#define PLL1_R           2u
#define PLL1_HSI         2u
#define PLL1_8_TO_16_MHZ (3u << 2)
#define PLL1_R_ENABLE    (1u << 18)

static void raise_core_voltage(void)
{
    RCC_AHB3ENR |= AHB3_POWER;
    (void)RCC_AHB3ENR;
    PWR_VOSR |= VOSR_RANGE_1;
    wait_for(&PWR_VOSR, VOSR_READY, VOSR_READY);
}

static void start_pll(void)
{
    RCC_CR |= CR_HSI_ON;
    wait_for(&RCC_CR, CR_HSI_READY, CR_HSI_READY);
    RCC_PLL1CFGR = PLL1_R_ENABLE | PLL1_8_TO_16_MHZ | PLL1_HSI;
    RCC_PLL1DIVR = (PLL1_R - 1) << 24 | 1u << 16 | 1u << 9 | (PLL1_N - 1);
    PWR_VOSR |= VOSR_BOOST;
    wait_for(&PWR_VOSR, VOSR_BOOSTED, VOSR_BOOSTED);
    RCC_CR |= CR_PLL1_ON;
    wait_for(&RCC_CR, CR_PLL1_READY, CR_PLL1_READY);
}

void tg_start_clocks(void)
{
    raise_core_voltage();
    start_pll();
    set_wait_states(&FLASH_ACR, ACR_PREFETCH | ACR_4_WAIT);
    ICACHE_CR |= ICACHE_ENABLE;
    RCC_CFGR1 |= CFGR1_PLL1;
    wait_for(&RCC_CFGR1, CFGR1_SWITCH << 2, CFGR1_PLL1 << 2);
}
