/* SPDX-License-Identifier: Apache-2.0 */
/* The link on the USART or LPUART of an STM32 since the F7 (ST RM0410, RM0432, RM0433,
 * RM0456, chapter USART). The F7's and L4's have no FIFO; there the bit is reserved. */
#ifndef TINYGEN_STM32_USART_H
#define TINYGEN_STM32_USART_H

#include "tinygen/cortex_m.h"

#define USART_CR1 TG_REGISTER(TG_LINK_BASE + 0x00u)
#define USART_CR3 TG_REGISTER(TG_LINK_BASE + 0x08u)
#define USART_BRR TG_REGISTER(TG_LINK_BASE + 0x0Cu)
#define USART_ISR TG_REGISTER(TG_LINK_BASE + 0x1Cu)
#define USART_RDR TG_REGISTER(TG_LINK_BASE + 0x24u)
#define USART_TDR TG_REGISTER(TG_LINK_BASE + 0x28u)

#define CR1_ENABLE       (1u << 0)
#define CR1_RX           (1u << 2)
#define CR1_TX           (1u << 3)
#define CR1_RX_INTERRUPT (1u << 5)
#define CR1_FIFO         (1u << 29)
#define CR3_NO_OVERRUN   (1u << 12) /* a lost byte must not keep the interrupt pending */
#define ISR_RX_NOT_EMPTY (1u << 5)
#define ISR_TX_NOT_FULL  (1u << 7)

/* divider: clock of the USART by baud rate; an LPUART takes 256 times that.
 * fifo: CR1_FIFO or 0. */
static inline void tg_start_usart(uint32_t divider, uint32_t fifo)
{
    USART_CR1 = 0; /* a boot loader may have used it; BRR can be set when it is off */
    USART_BRR = divider;
    USART_CR3 = CR3_NO_OVERRUN;
    USART_CR1 = fifo | CR1_RX_INTERRUPT | CR1_TX | CR1_RX | CR1_ENABLE;
    tg_enable_wake_up(TG_LINK_IRQ);
}

int tg_port_poll_byte(void)
{
    return (USART_ISR & ISR_RX_NOT_EMPTY) != 0 ? (uint8_t)USART_RDR : -1;
}

uint8_t tg_port_read_byte(void)
{
    while ((USART_ISR & ISR_RX_NOT_EMPTY) == 0) {
        tg_sleep();
        tg_clear_wake_up(TG_LINK_IRQ);
    }
    return (uint8_t)USART_RDR;
}

void tg_port_write_byte(uint8_t byte)
{
    while ((USART_ISR & ISR_TX_NOT_FULL) == 0) {
    }
    USART_TDR = byte;
}

#endif
