/* SPDX-License-Identifier: Apache-2.0 */
/* Arm's MPS3 FPGA image AN547 (Cortex-M55): CMSDK UART0 and the SSE-300 system counter.
 */
#include "tinygen/port.h"

#include "tinygen/cortex_m.h"

/* Secure aliases; Arm AN547 and SSE-300 TRM (101773). */
#define UART_BASE     0x59303000u
#define UART_IRQ      33u
#define UART_DATA     TG_REGISTER(UART_BASE + 0x00u)
#define UART_STATE    TG_REGISTER(UART_BASE + 0x04u)
#define UART_CTRL     TG_REGISTER(UART_BASE + 0x08u)
#define UART_INTCLEAR TG_REGISTER(UART_BASE + 0x0Cu)
#define UART_BAUDDIV  TG_REGISTER(UART_BASE + 0x10u)

#define STATE_TX_FULL     0x1u
#define STATE_RX_FULL     0x2u
#define CTRL_TX           0x1u
#define CTRL_RX           0x2u
#define CTRL_RX_INTERRUPT 0x8u
#define INTCLEAR_RX       0x2u
#define BAUDDIV_SMALLEST  16u

#define COUNTER_CONTROL TG_REGISTER(0x58100000u)
#define COUNTER_LOW     TG_REGISTER(0x58000000u)

void tg_port_init(void)
{
    tg_mask_interrupts();
    COUNTER_CONTROL = 1;
    UART_BAUDDIV = BAUDDIV_SMALLEST;
    UART_CTRL = CTRL_TX | CTRL_RX | CTRL_RX_INTERRUPT;
    tg_enable_wake_up(UART_IRQ);
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
        tg_clear_wake_up(UART_IRQ);
    }
    return (uint8_t)UART_DATA;
}

void tg_port_write_byte(uint8_t byte)
{
    while ((UART_STATE & STATE_TX_FULL) != 0) {
    }
    UART_DATA = byte;
}

uint32_t tg_port_counter(void)
{
    return COUNTER_LOW;
}
