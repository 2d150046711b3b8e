/* SPDX-License-Identifier: Apache-2.0 */
/* STM32F4 and F7 boards: clocks, counter, and a USART on the board's debug probe or pins.
 *
 * The build defines TG_STM32_SERIES (4 or 7), TG_HSE_HZ, TG_HSE_BYPASS, and of the link
 * TG_LINK_BASE, TG_LINK_IRQ, TG_LINK_CLOCK_BIT (of RCC_APBxENR), TG_LINK_TX, TG_LINK_RX
 * and TG_LINK_AF. QEMU has the F405 without clocks and cycle counter: there TIM2 counts.
 */
#include "tinygen/port.h"

#include "clock.h"
#include "registers.h"
#include "tinygen/cycle_counter.h"

#include "../stm32/pins.h"
#if TG_STM32_SERIES == 7
#include "tinygen/cortex_m7.h"

#include "../stm32/usart.h"
#define START_USART(divider) tg_start_usart(divider, 0)
#else
#include "../stm32/usart_classic.h"
#define START_USART(divider) tg_start_usart(divider)
#endif

#define BAUD 115200u

#define IS_ON_APB2      (TG_LINK_BASE >= 0x40010000u)
#define LINK_CLOCK_HZ   (IS_ON_APB2 ? TG_APB2_HZ : TG_APB1_HZ)
#define APB1_TIM2       (1u << 0)
#define TIMER_DIVIDER   16u
#define TIMER_HZ        (2u * TG_APB1_HZ / TIMER_DIVIDER) /* RM0090: twice a divided APB */
#define EMULATED_HZ     (1000000000u / TIMER_DIVIDER) /* QEMU: hw/arm/stm32f405_soc.c */
#define HAS_NO_CLOCKS() (RCC_CR == 0)

static void start_timer(void)
{
    RCC_APB1ENR |= APB1_TIM2;
    (void)RCC_APB1ENR;
    TIM2_PSC = TIMER_DIVIDER - 1;
    TIM2_ARR = UINT32_MAX;
    TIM2_EGR = 1; /* take them, and count from 0 */
    TIM2_CR1 = 1;
}

static void start_link(void)
{
    RCC_AHB1ENR |= 1u << TG_LINK_TX / 16 | 1u << TG_LINK_RX / 16;
    if (IS_ON_APB2) {
        RCC_APB2ENR |= 1u << TG_LINK_CLOCK_BIT;
    } else {
        RCC_APB1ENR |= 1u << TG_LINK_CLOCK_BIT;
    }
    (void)RCC_AHB1ENR; /* RM0390: the first access must wait until the clock is there */
    tg_give_pin(TG_LINK_TX, TG_LINK_AF);
    tg_give_pin(TG_LINK_RX, TG_LINK_AF);
    START_USART((LINK_CLOCK_HZ + BAUD / 2) / BAUD);
}

void tg_port_init(void)
{
    tg_mask_interrupts();
    tg_start_clocks();
    tg_start_cycle_counter();
    if (!tg_cycles_are_counted()) {
        start_timer();
    }
#if TG_STM32_SERIES == 7
    tg_enable_caches();
#endif
    start_link();
}

uint32_t tg_port_counter(void)
{
    return tg_cycles_are_counted() ? TG_DWT_CYCCNT : TIM2_CNT;
}

uint32_t tg_port_counter_hz(void)
{
    if (tg_cycles_are_counted()) {
        return 0;
    }
    return HAS_NO_CLOCKS() ? EMULATED_HZ : TIMER_HZ;
}
