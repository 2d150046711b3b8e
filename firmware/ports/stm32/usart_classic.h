/* SPDX-License-Identifier: Apache-2.0 */
/* The link on an STM32F4's USART, which has one status and one data register (ST RM0090
 * and RM0390, chapter USART). */
#ifndef TINYGEN_STM32_USART_CLASSIC_H
#define TINYGEN_STM32_USART_CLASSIC_H

#include "tinygen/cortex_m.h"

#define USART_SR  TG_REGISTER(TG_LINK_BASE + 0x00u)
#define USART_DR  TG_REGISTER(TG_LINK_BASE + 0x04u)
#define USART_BRR TG_REGISTER(TG_LINK_BASE + 0x08u)
#define USART_CR1 TG_REGISTER(TG_LINK_BASE + 0x0Cu)

#define SR_OVERRUN       (1u << 3)
#define SR_RX_NOT_EMPTY  (1u << 5)
#define SR_TX_EMPTY      (1u << 7)
#define CR1_RX           (1u << 2)
#define CR1_TX           (1u << 3)
#define CR1_RX_INTERRUPT (1u << 5)
#define CR1_ENABLE       (1u << 13)

/* divider: clock of the USART by baud rate. */
static inline void tg_start_usart(uint32_t divider)
{
    USART_BRR = divider;
    USART_CR1 = CR1_ENABLE | CR1_RX_INTERRUPT | CR1_TX | CR1_RX;
    tg_enable_wake_up(TG_LINK_IRQ);
}

int tg_port_poll_byte(void)
{
    const uint32_t status = USART_SR;
    if ((status & SR_RX_NOT_EMPTY) != 0) {
        return (uint8_t)USART_DR;
    }
    if ((status & SR_OVERRUN) != 0) {
        (void)USART_DR;
    }
    return -1;
}

uint8_t tg_port_read_byte(void)
{
    for (;;) {
        const uint32_t status = USART_SR;
        if ((status & SR_RX_NOT_EMPTY) != 0) {
            return (uint8_t)USART_DR;
        }
        if ((status & SR_OVERRUN) != 0) {
            (void)USART_DR; /* a lost byte must not keep the interrupt pending */
        } else {
            tg_sleep();
            tg_clear_wake_up(TG_LINK_IRQ);
        }
    }
}

void tg_port_write_byte(uint8_t byte)
{
    while ((USART_SR & SR_TX_EMPTY) == 0) {
    }
    USART_DR = byte;
}

#endif
