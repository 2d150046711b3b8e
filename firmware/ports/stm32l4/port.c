/* SPDX-License-Identifier: Apache-2.0 */
/* STM32L4 and L4+ boards: clocks, counter, and a USART or LPUART on the debug probe.
 *
 * The build defines of the link TG_LINK_BASE, TG_LINK_IRQ, TG_LINK_CLOCK_BIT (of its
 * RCC_APBxENR), TG_LINK_SELECT_BIT (of RCC_CCIPR), TG_LINK_TX, TG_LINK_RX, TG_LINK_AF. */
#include "tinygen/port.h"

#include "clock.h"
#include "registers.h"
#include "tinygen/cycle_counter.h"

#include "../stm32/pins.h"
#include "../stm32/usart.h"

#define BAUD 115200u

#define LPUART1         0x40008000u
#define IS_LPUART       (TG_LINK_BASE == LPUART1)
#define IS_ON_APB2      (TG_LINK_BASE >= 0x40010000u)
#define KERNEL_HSI      2u /* RCC_CCIPR: a clock that no divider changes */
#define PORT_G          6u
#define CR2_VDDIO2      (1u << 9) /* RM0432: the supply of port G must be declared valid */
#define DIVIDER(clocks) (((clocks) + BAUD / 2) / BAUD)

static void start_link(void)
{
    RCC_CCIPR = (RCC_CCIPR & ~(3u << TG_LINK_SELECT_BIT)) | KERNEL_HSI
                                                                << TG_LINK_SELECT_BIT;
    RCC_AHB2ENR |= 1u << TG_LINK_TX / 16 | 1u << TG_LINK_RX / 16;
    if (IS_LPUART) {
        RCC_APB1ENR2 |= 1u << TG_LINK_CLOCK_BIT;
    } else if (IS_ON_APB2) {
        RCC_APB2ENR |= 1u << TG_LINK_CLOCK_BIT;
    } else {
        RCC_APB1ENR1 |= 1u << TG_LINK_CLOCK_BIT;
    }
    if (TG_LINK_TX / 16 == PORT_G) {
        PWR_CR2 |= CR2_VDDIO2;
    }
    (void)RCC_AHB2ENR; /* RM0351: the first access must wait until the clock is there */
    tg_give_pin(TG_LINK_TX, TG_LINK_AF);
    tg_give_pin(TG_LINK_RX, TG_LINK_AF);
    tg_start_usart(IS_LPUART ? (uint32_t)DIVIDER(256ull * TG_HSI_HZ) : DIVIDER(TG_HSI_HZ),
                   0);
}

void tg_port_init(void)
{
    tg_mask_interrupts();
    tg_start_clocks();
    tg_start_cycle_counter();
    start_link();
}

uint32_t tg_port_counter(void)
{
    return TG_DWT_CYCCNT;
}
