/* SPDX-License-Identifier: Apache-2.0 */
/* STM32H743 to 400 MHz from its internal oscillator, as ST's RM0433 orders it: core
 * voltage, flash wait states, dividers, PLL, and only then the switch. */
#include "clock.h"

#include "../stm32/wait.h"
#include "registers.h"

_Static_assert(TG_CLOCK_HZ == 400000000, "the numbers below make 400 MHz");

#define VOS_SCALE_1        (3u << 14) /* PWR_D3CR: up to 400 MHz */
#define VOS_READY          (1u << 13)
#define CR3_BYPASS         (1u << 0)
#define CR3_LDO            (1u << 1)
#define CR3_UPDATE         (1u << 2)
#define CSR1_VOS_READY     (1u << 13)
#define ACR_2_WAIT_STATES  0x2u        /* RM0433, table 17: VOS1, AXI up to 210 MHz */
#define ACR_HIGH_FREQUENCY (0x2u << 4) /* the same row */
#define HSI_ON             (1u << 0)
#define HSI_READY          (1u << 2)
#define HSI_DIVIDER        (3u << 3)
#define PLL1_ON            (1u << 24)
#define PLL1_READY         (1u << 25)

/* 64 MHz / 16 = 4 MHz; x 200 = 800 MHz; / 2 = 400 MHz. */
#define PLL1_M     16u
#define PLL1_N     200u
#define PLL1_P     2u
#define PLL_SOURCE 0u /* HSI */

#define PLL1_RANGE_4_TO_8_MHZ (2u << 2) /* and a wide VCO: bit 1 is 0 */
#define PLL1_P_ENABLE         (1u << 16)

/* The core at 400 MHz, AXI and AHB at 200, every APB at 100. */
#define D1_HCLK_BY_2 (8u << 0)
#define APB_BY_2     4u

#define SWITCH_MASK    7u
#define SWITCH_TO_PLL1 3u

/* A boot loader may have left the PLL running. */
static void run_from_hsi(void)
{
    RCC_CR = (RCC_CR & ~HSI_DIVIDER) | HSI_ON;
    wait_for(&RCC_CR, HSI_READY, HSI_READY);
    RCC_CFGR &= ~SWITCH_MASK;
    wait_for(&RCC_CFGR, SWITCH_MASK << 3, 0);
    RCC_CR &= ~PLL1_ON;
    wait_for(&RCC_CR, PLL1_READY, 0);
}

/* What feeds the core is set once after power-on. The H743 has an LDO and nothing else;
 * a board whose boot loader has chosen defines TG_KEEP_SUPPLY. */
static void raise_core_voltage(void)
{
#if !TG_KEEP_SUPPLY
    PWR_CR3 = (PWR_CR3 & ~(CR3_BYPASS | CR3_UPDATE)) | CR3_LDO;
#endif
    wait_for(&PWR_CSR1, CSR1_VOS_READY, CSR1_VOS_READY);
    PWR_D3CR = VOS_SCALE_1;
    wait_for(&PWR_D3CR, VOS_READY, VOS_READY);
}

static void slow_flash_down(void)
{
    set_wait_states(&FLASH_ACR, ACR_2_WAIT_STATES | ACR_HIGH_FREQUENCY);
}

static void start_pll(void)
{
    RCC_PLLCKSELR = (RCC_PLLCKSELR & ~((63u << 4) | 3u)) | PLL1_M << 4 | PLL_SOURCE;
    RCC_PLLCFGR =
        (RCC_PLLCFGR & ~(0xFu | 7u << 16)) | PLL1_RANGE_4_TO_8_MHZ | PLL1_P_ENABLE;
    RCC_PLL1DIVR = 1u << 24 | 1u << 16 | (PLL1_P - 1) << 9 | (PLL1_N - 1);
    RCC_CR |= PLL1_ON;
    wait_for(&RCC_CR, PLL1_READY, PLL1_READY);
}

void tg_start_clocks(void)
{
    run_from_hsi();
    raise_core_voltage();
    slow_flash_down();
    RCC_D1CFGR = APB_BY_2 << 4 | D1_HCLK_BY_2;
    RCC_D2CFGR = APB_BY_2 << 8 | APB_BY_2 << 4;
    RCC_D3CFGR = APB_BY_2 << 4;
    start_pll();
    RCC_CFGR = (RCC_CFGR & ~SWITCH_MASK) | SWITCH_TO_PLL1;
    wait_for(&RCC_CFGR, SWITCH_MASK << 3, SWITCH_TO_PLL1 << 3);
}
