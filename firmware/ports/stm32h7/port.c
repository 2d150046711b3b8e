/* SPDX-License-Identifier: Apache-2.0 */
/* STM32H743 and H747 (Cortex-M7) boards: caches, cycle counter and a USART.
 *
 * The build defines TG_LINK_BASE, TG_LINK_IRQ, TG_LINK_CLOCK_BIT (of its RCC_APBxENR),
 * TG_LINK_TX, TG_LINK_RX and TG_LINK_AF. */
#include "tinygen/port.h"

#include "clock.h"
#include "registers.h"
#include "tinygen/cortex_m7.h"
#include "tinygen/cycle_counter.h"

#include "../stm32/pins.h"
#include "../stm32/usart.h"

#define BAUD 115200u

#define IS_ON_APB2 (TG_LINK_BASE >= 0x40010000u)
#define D2_SRAMS   (7u << 29)
#define KERNEL_HSI 3u /* RCC_D2CCIP2R: a clock that no divider changes */
#define SELECT_BIT (IS_ON_APB2 ? 3u : 0u) /* USART1 and 6; the others */

static void start_link(void)
{
    RCC_D2CCIP2R = (RCC_D2CCIP2R & ~(7u << SELECT_BIT)) | KERNEL_HSI << SELECT_BIT;
    RCC_AHB4ENR |= 1u << TG_LINK_TX / 16 | 1u << TG_LINK_RX / 16;
    if (IS_ON_APB2) {
        RCC_APB2ENR |= 1u << TG_LINK_CLOCK_BIT;
    } else {
        RCC_APB1LENR |= 1u << TG_LINK_CLOCK_BIT;
    }
    (void)RCC_AHB4ENR; /* RM0433: the first access must wait until the clock is there */
    tg_give_pin(TG_LINK_TX, TG_LINK_AF);
    tg_give_pin(TG_LINK_RX, TG_LINK_AF);
    tg_start_usart((TG_HSI_HZ + BAUD / 2) / BAUD, CR1_FIFO);
}

/* SRAM1 to 3 of the D2 domain are off after reset: RCC_AHB2ENR, RM0433. */
static void start_memories(void)
{
    RCC_AHB2ENR |= D2_SRAMS;
    (void)RCC_AHB2ENR; /* the first access must wait until the clock is there */
}

void tg_port_init(void)
{
    tg_mask_interrupts();
    tg_start_clocks();
    start_memories();
    tg_start_cycle_counter();
    tg_enable_caches();
    start_link();
}

uint32_t tg_port_counter(void)
{
    return TG_DWT_CYCCNT;
}
