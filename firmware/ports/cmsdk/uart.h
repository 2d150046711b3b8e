/* SPDX-License-Identifier: Apache-2.0 */
/* The link of Arm's FPGA images: the CMSDK UART (Arm DDI0479, section 4.3). A port
 * defines TG_UART_BASE and TG_UART_IRQ, and includes this once: the functions are the
 * port's. */
#ifndef TINYGEN_CMSDK_UART_H
#define TINYGEN_CMSDK_UART_H

#include "tinygen/cortex_m.h"
#include "tinygen/port.h"

#define UART_DATA     TG_REGISTER(TG_UART_BASE + 0x00u)
#define UART_STATE    TG_REGISTER(TG_UART_BASE + 0x04u)
#define UART_CTRL     TG_REGISTER(TG_UART_BASE + 0x08u)
#define UART_INTCLEAR TG_REGISTER(TG_UART_BASE + 0x0Cu)
#define UART_BAUDDIV  TG_REGISTER(TG_UART_BASE + 0x10u)

#define STATE_TX_FULL     0x1u
#define STATE_RX_FULL     0x2u
#define CTRL_TX           0x1u
#define CTRL_RX           0x2u
#define CTRL_RX_INTERRUPT 0x8u
#define INTCLEAR_RX       0x2u
#define BAUDDIV_SMALLEST  16u

static inline void tg_cmsdk_start(void)
{
    UART_BAUDDIV = BAUDDIV_SMALLEST;
    UART_CTRL = CTRL_TX | CTRL_RX | CTRL_RX_INTERRUPT;
    tg_enable_wake_up(TG_UART_IRQ);
}

int tg_port_poll_byte(void)
{
    return (UART_STATE & STATE_RX_FULL) != 0 ? (uint8_t)UART_DATA : -1;
}

uint8_t tg_port_read_byte(void)
{
    while ((UART_STATE & STATE_RX_FULL) == 0) {
        tg_sleep();
        UART_INTCLEAR = INTCLEAR_RX;
        tg_clear_wake_up(TG_UART_IRQ);
    }
    return (uint8_t)UART_DATA;
}

void tg_port_write_byte(uint8_t byte)
{
    while ((UART_STATE & STATE_TX_FULL) != 0) {
    }
    UART_DATA = byte;
}

#endif
