/* SPDX-License-Identifier: Apache-2.0 */
/* STM32U575 boards: clocks, counter, and USART1 on the debug probe.
 *
 * The build defines TG_LINK_BASE, TG_LINK_IRQ, TG_LINK_CLOCK_BIT (of RCC_APB2ENR),
 * TG_LINK_SELECT_BIT (of RCC_CCIPR1), TG_LINK_TX, TG_LINK_RX and TG_LINK_AF. */
#include "tinygen/port.h"

#include "clock.h"
#include "registers.h"
#include "tinygen/cycle_counter.h"

#include "../stm32/pins.h"
#include "../stm32/usart.h"

#define BAUD 115200u

#define KERNEL_HSI 2u /* RCC_CCIPR1: a clock that no divider changes */

static void start_link(void)
{
    RCC_CCIPR1 = (RCC_CCIPR1 & ~(3u << TG_LINK_SELECT_BIT)) | KERNEL_HSI
                                                                  << TG_LINK_SELECT_BIT;
    RCC_AHB2ENR1 |= 1u << TG_LINK_TX / 16 | 1u << TG_LINK_RX / 16;
    RCC_APB2ENR |= 1u << TG_LINK_CLOCK_BIT;
    (void)RCC_APB2ENR; /* RM0456: the first access must wait until the clock is there */
    tg_give_pin(TG_LINK_TX, TG_LINK_AF);
    tg_give_pin(TG_LINK_RX, TG_LINK_AF);
    tg_start_usart((TG_HSI_HZ + BAUD / 2) / BAUD, CR1_FIFO);
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
