/* SPDX-License-Identifier: Apache-2.0 */
/* NUCLEO-H743ZI: caches, cycle counter and USART3, which the on-board ST-LINK carries to
 * the host (UM1974: PD8 is TX, PD9 is RX). */
#include "tinygen/port.h"

#include "clock.h"
#include "registers.h"

#define BAUD 115200u

#define RCC_GPIOD_ON     (1u << 3)
#define RCC_USART3_ON    (1u << 18)
#define USART_KERNEL_HSI 3u /* RCC_D2CCIP2R: a clock that no divider changes */
#define PINS_8_9(value)  ((value) << 16 | (value) << 18)
#define MODE_ALTERNATE   2u
#define PULL_UP          1u
#define ALTERNATE_USART3 7u
#define CR1_ENABLE       (1u << 0)
#define CR1_RX           (1u << 2)
#define CR1_TX           (1u << 3)
#define CR1_RX_INTERRUPT (1u << 5)
#define CR1_FIFO         (1u << 29)
#define CR3_NO_OVERRUN   (1u << 12) /* a lost byte must not keep the interrupt pending */
#define ISR_RX_NOT_EMPTY (1u << 5)
#define ISR_TX_NOT_FULL  (1u << 7)
#define CCR_DATA_CACHE   (1u << 16)
#define CCR_INSTRUCTIONS (1u << 17)
#define DEMCR_TRACE      (1u << 24)
#define DWT_UNLOCK       0xC5ACCE55u

static void enable_caches(void)
{
    tg_barrier();
    ICIALLU = 0;
    tg_barrier();
    CSSELR = 0; /* the first level's data cache */
    tg_barrier();
    const uint32_t sets = ((CCSIDR >> 13) & 0x7FFFu) + 1;
    const uint32_t ways = ((CCSIDR >> 3) & 0x3FFu) + 1;
    for (uint32_t set = 0; set < sets; set++) {
        for (uint32_t way = 0; way < ways; way++) {
            DCISW = way << 30 | set << 5; /* 4 ways, 32-byte lines: Cortex-M7 TRM */
        }
    }
    tg_barrier();
    TG_SCB_CCR |= CCR_INSTRUCTIONS | CCR_DATA_CACHE;
    tg_barrier();
}

static void start_cycle_counter(void)
{
    DEMCR |= DEMCR_TRACE;
    DWT_LAR = DWT_UNLOCK;
    DWT_CYCCNT = 0;
    DWT_CTRL |= 1u;
}

static void start_link(void)
{
    RCC_D2CCIP2R = (RCC_D2CCIP2R & ~7u) | USART_KERNEL_HSI;
    RCC_AHB4ENR |= RCC_GPIOD_ON;
    RCC_APB1LENR |= RCC_USART3_ON;
    (void)RCC_APB1LENR; /* RM0433: the first access must wait until the clock is there */
    GPIOD_AFRH = (GPIOD_AFRH & ~0xFFu) | ALTERNATE_USART3 << 4 | ALTERNATE_USART3;
    GPIOD_PUPDR = (GPIOD_PUPDR & ~PINS_8_9(3u)) | PINS_8_9(PULL_UP);
    GPIOD_MODER = (GPIOD_MODER & ~PINS_8_9(3u)) | PINS_8_9(MODE_ALTERNATE);
    USART3_BRR = (TG_HSI_HZ + BAUD / 2) / BAUD;
    USART3_CR3 = CR3_NO_OVERRUN;
    USART3_CR1 = CR1_FIFO | CR1_RX_INTERRUPT | CR1_TX | CR1_RX | CR1_ENABLE;
    tg_enable_wake_up(USART3_IRQ);
}

void tg_port_init(void)
{
    tg_mask_interrupts();
    tg_start_clocks();
    start_cycle_counter();
    enable_caches();
    start_link();
}

uint8_t tg_port_read_byte(void)
{
    while ((USART3_ISR & ISR_RX_NOT_EMPTY) == 0) {
        tg_sleep();
        tg_clear_wake_up(USART3_IRQ);
    }
    return (uint8_t)USART3_RDR;
}

void tg_port_write_byte(uint8_t byte)
{
    while ((USART3_ISR & ISR_TX_NOT_FULL) == 0) {
    }
    USART3_TDR = byte;
}

uint32_t tg_port_counter(void)
{
    return DWT_CYCCNT;
}
