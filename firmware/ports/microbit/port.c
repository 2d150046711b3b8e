/* SPDX-License-Identifier: Apache-2.0 */
/* Nordic nRF51, as in QEMU's micro:bit: UART0 and TIMER0 (nRF51 Series Reference Manual,
 * chapters 29 and 18). QEMU has no pins, so none are chosen: not for a real micro:bit. */
#include "tinygen/port.h"

#include "tinygen/cortex_m.h"

#define UART_START_RX TG_REGISTER(0x40002000u)
#define UART_START_TX TG_REGISTER(0x40002008u)
#define UART_RX_READY TG_REGISTER(0x40002108u)
#define UART_TX_READY TG_REGISTER(0x4000211Cu)
#define UART_INTENSET TG_REGISTER(0x40002304u)
#define UART_ENABLE   TG_REGISTER(0x40002500u)
#define UART_RXD      TG_REGISTER(0x40002518u)
#define UART_TXD      TG_REGISTER(0x4000251Cu)
#define UART_IRQ      2u
#define INTENSET_RX   0x4u
#define ENABLE_UART   4u

#define TIMER_START     TG_REGISTER(0x40008000u)
#define TIMER_CAPTURE_0 TG_REGISTER(0x40008040u)
#define TIMER_BITMODE   TG_REGISTER(0x40008508u)
#define TIMER_PRESCALER TG_REGISTER(0x40008510u)
#define TIMER_CC_0      TG_REGISTER(0x40008540u)
#define BITMODE_32      3u

void tg_port_init(void)
{
    tg_mask_interrupts();
    TIMER_BITMODE = BITMODE_32;
    TIMER_PRESCALER = 0;
    TIMER_START = 1;
    UART_ENABLE = ENABLE_UART;
    UART_INTENSET = INTENSET_RX;
    UART_START_RX = 1;
    UART_START_TX = 1;
    tg_enable_wake_up(UART_IRQ);
}

uint8_t tg_port_read_byte(void)
{
    while (UART_RX_READY == 0) {
        tg_sleep();
        tg_clear_wake_up(UART_IRQ);
    }
    UART_RX_READY = 0;
    return (uint8_t)UART_RXD;
}

void tg_port_write_byte(uint8_t byte)
{
    UART_TX_READY = 0;
    UART_TXD = byte;
    while (UART_TX_READY == 0) {
    }
}

uint32_t tg_port_counter(void)
{
    TIMER_CAPTURE_0 = 1;
    return TIMER_CC_0;
}
