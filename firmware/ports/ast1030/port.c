/* SPDX-License-Identifier: Apache-2.0 */
/* Aspeed AST1030 as QEMU has it (ast1030-evb): UART5, a 16550, and timer 1.
 *
 * Aspeed's manual is not public: registers are those of QEMU 7.2, hw/arm/aspeed_ast10x0.c
 * and hw/timer/aspeed_timer.c, and of Linux, drivers/clocksource/timer-fttmr010.c. */
#include "tinygen/port.h"

#include "tinygen/cortex_m.h"

#define UART_BASE   0x7E784000u
#define UART_IRQ    8u
#define UART_DATA   TG_REGISTER(UART_BASE + 0x00u)
#define UART_ENABLE TG_REGISTER(UART_BASE + 0x04u)
#define UART_FIFO   TG_REGISTER(UART_BASE + 0x08u)
#define UART_STATE  TG_REGISTER(UART_BASE + 0x14u)

#define ENABLE_RECEIVED   0x01u
#define FIFO_ENABLE_CLEAR 0x07u
#define STATE_RECEIVED    0x01u
#define STATE_TX_EMPTY    0x20u

#define TIMER_BASE    0x7E782000u
#define TIMER_VALUE   TG_REGISTER(TIMER_BASE + 0x00u)
#define TIMER_RELOAD  TG_REGISTER(TIMER_BASE + 0x04u)
#define TIMER_CONTROL TG_REGISTER(TIMER_BASE + 0x30u)
#define TIMER1_ENABLE 1u /* by the bus clock */

void tg_port_init(void)
{
    tg_mask_interrupts();
    TIMER_RELOAD = UINT32_MAX;
    TIMER_CONTROL = TIMER1_ENABLE;
    UART_FIFO = FIFO_ENABLE_CLEAR;
    UART_ENABLE = ENABLE_RECEIVED;
    tg_enable_wake_up(UART_IRQ);
}

int tg_port_poll_byte(void)
{
    return (UART_STATE & STATE_RECEIVED) != 0 ? (uint8_t)UART_DATA : -1;
}

uint8_t tg_port_read_byte(void)
{
    while ((UART_STATE & STATE_RECEIVED) == 0) {
        tg_sleep();
        tg_clear_wake_up(UART_IRQ);
    }
    return (uint8_t)UART_DATA;
}

void tg_port_write_byte(uint8_t byte)
{
    while ((UART_STATE & STATE_TX_EMPTY) == 0) {
    }
    UART_DATA = byte;
}

uint32_t tg_port_counter(void)
{
    return UINT32_MAX - TIMER_VALUE; /* it counts down */
}
