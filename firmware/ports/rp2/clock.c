/* SPDX-License-Identifier: Apache-2.0 */
/* RP2040 and RP2350 to their rated clock from the board's crystal (RP2040 Datasheet 2.15
 * to 2.18; RP2350 Datasheet 8.1 to 8.6, which has the same blocks). */
#include "clock.h"

#include <stdint.h>

#include "registers.h"

/* 12 MHz x 125 = 1500 MHz; / 6 / 2 = 125 MHz or / 5 / 2 = 150 MHz. */
#define PLL_FB 125u
#define PLL_1  (TG_CLOCK_HZ == 125000000u ? 6u : 5u)
#define PLL_2  2u

_Static_assert(TG_CRYSTAL_HZ / 1000u * PLL_FB / PLL_1 / PLL_2 * 1000u == TG_CLOCK_HZ,
               "the numbers above make another clock");

#define XOSC_1_TO_15_MHZ 0xAA0u
#define XOSC_ENABLE      (0xFABu << 12)
#define XOSC_STABLE      (1u << 31)
#define XOSC_1_MS        ((TG_CRYSTAL_HZ / 1000u + 128u) / 256u)
#define PLL_LOCKED       (1u << 31)
#define PLL_POST_OFF     (1u << 3)
#define PLL_DSM_OFF      (1u << 2)
#define REF_FROM_CRYSTAL 2u
#define SYS_FROM_AUX     1u /* whose source 0 is the system PLL */
#define PERI_ENABLE      (1u << 11)

static void wait_for(volatile uint32_t *where, uint32_t mask, uint32_t value)
{
    while ((*where & mask) != value) {
    }
}

void tg_start_blocks(unsigned mask)
{
    RESETS_RESET &= ~mask;
    wait_for(&RESETS_DONE, mask, mask);
}

static void start_crystal(void)
{
    XOSC_CTRL = XOSC_1_TO_15_MHZ;
    XOSC_STARTUP = XOSC_1_MS;
    XOSC_CTRL = XOSC_ENABLE | XOSC_1_TO_15_MHZ;
    wait_for(&XOSC_STATUS, XOSC_STABLE, XOSC_STABLE);
}

/* A boot loader may run the core from the PLL: step down first. */
static void leave_pll(void)
{
    CLK_SYS_CTRL = 0; /* from the reference clock */
    wait_for(&CLK_SYS_SELECTED, 1u, 1u);
    CLK_REF_CTRL = REF_FROM_CRYSTAL;
    wait_for(&CLK_REF_SELECTED, 1u << REF_FROM_CRYSTAL, 1u << REF_FROM_CRYSTAL);
}

static void start_pll(void)
{
    RESETS_RESET |= RESET_PLL_SYS;
    tg_start_blocks(RESET_PLL_SYS);
    PLL_CS = 1; /* no division of the crystal's clock */
    PLL_FBDIV = PLL_FB;
    PLL_PWR = PLL_DSM_OFF | PLL_POST_OFF; /* PLL and VCO come on */
    wait_for(&PLL_CS, PLL_LOCKED, PLL_LOCKED);
    PLL_PRIM = PLL_1 << 16 | PLL_2 << 12;
    PLL_PWR = PLL_DSM_OFF;
}

void tg_start_clocks(void)
{
    start_crystal();
    leave_pll();
    start_pll();
    CLK_SYS_CTRL = SYS_FROM_AUX;
    wait_for(&CLK_SYS_SELECTED, 1u << SYS_FROM_AUX, 1u << SYS_FROM_AUX);
    CLK_PERI_CTRL = PERI_ENABLE; /* from clk_sys */
}
