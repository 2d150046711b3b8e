/* SPDX-License-Identifier: Apache-2.0 */
/* STM32F4 or F7 to its rated clock: over-drive, flash wait states, dividers, PLL, and
 * only then the switch (ST RM0390 and RM0410, chapters PWR, FLASH and RCC). The core
 * voltage is at scale 1, the highest, after reset.
 *
 * The build defines TG_HSE_HZ, the board's crystal or, with TG_HSE_BYPASS, the clock its
 * debug probe gives. Where none comes, the internal oscillator makes the same clock, a
 * percent worse. */
#include "clock.h"

#include "../stm32/wait.h"
#include "registers.h"

#define MHZ    1000000u
#define HSI_HZ 16000000u

#define PLL_P         2u
#define PLL_N         (TG_CLOCK_HZ / MHZ * PLL_P) /* the VCO's input is 1 MHz */
#define PLL_Q         9u                          /* for USB, unused: <= 48 MHz */
#define MOST_NO_DRIVE 168000000u /* above it the F446 needs over-drive; the F405 ends */

/* At 2.7 to 3.6 V, one for each 30 MHz: RM0090 table 10, RM0390 table 5, RM0410 table 7.
 */
#define WAIT_STATES ((TG_CLOCK_HZ + 29999999u) / 30000000u - 1u)

_Static_assert(TG_CLOCK_HZ % MHZ == 0 && TG_CLOCK_HZ <= 216000000, "the PLL cannot");
_Static_assert(TG_HSE_HZ % MHZ == 0 && TG_HSE_HZ <= 26 * MHZ, "the PLL cannot");

#define CR_HSI_ON       (1u << 0)
#define CR_HSI_READY    (1u << 1)
#define CR_HSE_ON       (1u << 16)
#define CR_HSE_READY    (1u << 17)
#define CR_HSE_BYPASS   (1u << 18)
#define CR_PLL_ON       (1u << 24)
#define CR_PLL_READY    (1u << 25)
#define PLLCFGR_HSE     (1u << 22)
#define CFGR_SWITCH     3u
#define CFGR_PLL        2u
#define CFGR_APB1_BY_4  (5u << 10)
#define CFGR_APB2_BY_2  (4u << 13)
#define APB1_POWER      (1u << 28)
#define CR_OVER_DRIVE   (1u << 16)
#define CR_OVER_SWITCH  (1u << 17)
#define ACR_PREFETCH    (1u << 8)
#define ACR_INSTRUCTION (1u << 9)  /* F4: cache; F7: the accelerator of ITCM */
#define ACR_DATA        (1u << 10) /* F4: cache; F7: reserved */
#define CRYSTAL_TRIES   100000u    /* of about 20 ns; DS10693: 2 ms to start */

static void run_from_hsi(void)
{
    wait_for(&RCC_CR, CR_HSI_READY, CR_HSI_READY);
    RCC_CFGR &= ~CFGR_SWITCH;
    wait_for(&RCC_CFGR, CFGR_SWITCH << 2, 0);
    RCC_CR &= ~CR_PLL_ON;
    wait_for(&RCC_CR, CR_PLL_READY, 0);
}

static uint32_t has_crystal(void)
{
    RCC_CR |= TG_HSE_BYPASS ? CR_HSE_BYPASS : 0;
    RCC_CR |= CR_HSE_ON;
    for (uint32_t n = 0; n < CRYSTAL_TRIES; n++) {
        if ((RCC_CR & CR_HSE_READY) != 0) {
            return 1;
        }
    }
    return 0;
}

static void start_pll(void)
{
    const uint32_t source = has_crystal() ? PLLCFGR_HSE : 0;
    const uint32_t m = (source != 0 ? TG_HSE_HZ : HSI_HZ) / MHZ;
    RCC_PLLCFGR = PLL_Q << 24 | source | (PLL_P / 2 - 1) << 16 | PLL_N << 6 | m;
    RCC_CR |= CR_PLL_ON;
    wait_for(&RCC_CR, CR_PLL_READY, CR_PLL_READY);
}

static void drive_over(void)
{
    PWR_CR |= CR_OVER_DRIVE;
    wait_for(&PWR_CSR, CR_OVER_DRIVE, CR_OVER_DRIVE); /* the ready bits are at the same */
    PWR_CR |= CR_OVER_SWITCH;
    wait_for(&PWR_CSR, CR_OVER_SWITCH, CR_OVER_SWITCH);
}

void tg_start_clocks(void)
{
    if (RCC_CR == 0) { /* no oscillator runs, and yet we do */
        return;
    }
    RCC_CR |= CR_HSI_ON;
    run_from_hsi();
    RCC_APB1ENR |= APB1_POWER;
    start_pll();
    if (TG_CLOCK_HZ > MOST_NO_DRIVE) {
        drive_over();
    }
    set_wait_states(&FLASH_ACR, ACR_PREFETCH | ACR_INSTRUCTION |
                                    ACR_DATA * (TG_STM32_SERIES == 4) | WAIT_STATES);
    RCC_CFGR = (RCC_CFGR & CFGR_SWITCH) | CFGR_APB1_BY_4 | CFGR_APB2_BY_2;
    RCC_CFGR |= CFGR_PLL;
    wait_for(&RCC_CFGR, CFGR_SWITCH << 2, CFGR_PLL << 2);
}
