/* SPDX-License-Identifier: Apache-2.0 */
/* Nordic nRF51 and nRF52: UART0 and TIMER0 are the same in both (nRF51 Series Reference
 * Manual, chapters 13, 18, 29; nRF52840 Product Specification, CLOCK, TIMER, UART, GPIO).
 *
 * The build defines TG_LINK_TX and TG_LINK_RX as port * 32 + number, and TG_IS_NRF52.
 * The nRF52's cycle counter is the counter; where there is none, TIMER0 at 16 MHz is. */
#include "tinygen/port.h"

#include "tinygen/cycle_counter.h"

#include "../nrf/start.h"

#define BAUD_115200 0x01D7E000u /* 115200 * 2^32 / 16 MHz, in steps of 2^12 */

#define CLOCK_BASE        0x40000000u
#define GPIO              0x50000500u
#define APPROTECT_DISABLE TG_REGISTER(0x40000558u)
#define NVMC_ICACHECNF    TG_REGISTER(0x4001E540u)
#define SOFTWARE_DISABLE  0x5Au

#define UART_START_RX TG_REGISTER(0x40002000u)
#define UART_START_TX TG_REGISTER(0x40002008u)
#define UART_RX_READY TG_REGISTER(0x40002108u)
#define UART_TX_READY TG_REGISTER(0x4000211Cu)
#define UART_INTENSET TG_REGISTER(0x40002304u)
#define UART_ENABLE   TG_REGISTER(0x40002500u)
#define UART_PSEL_TXD TG_REGISTER(0x4000250Cu)
#define UART_PSEL_RXD TG_REGISTER(0x40002514u)
#define UART_RXD      TG_REGISTER(0x40002518u)
#define UART_TXD      TG_REGISTER(0x4000251Cu)
#define UART_BAUDRATE TG_REGISTER(0x40002524u)
#define UART_IRQ      2u
#define INTENSET_RX   0x4u
#define ENABLE_UART   4u

#define TIMER_START     TG_REGISTER(0x40008000u)
#define TIMER_CAPTURE_0 TG_REGISTER(0x40008040u)
#define TIMER_BITMODE   TG_REGISTER(0x40008508u)
#define TIMER_PRESCALER TG_REGISTER(0x40008510u)
#define TIMER_CC_0      TG_REGISTER(0x40008540u)
#define TIMER_HZ        16000000u
#define BITMODE_32      3u

static void start_timer(void)
{
    TIMER_BITMODE = BITMODE_32;
    TIMER_PRESCALER = 0;
    TIMER_START = 1;
}

static void start_link(void)
{
    tg_nrf_set_link_pins(GPIO);
    UART_PSEL_TXD = TG_LINK_TX;
    UART_PSEL_RXD = TG_LINK_RX;
    UART_BAUDRATE = BAUD_115200;
    UART_ENABLE = ENABLE_UART;
    UART_INTENSET = INTENSET_RX;
    UART_START_RX = 1;
    UART_START_TX = 1;
    tg_enable_wake_up(UART_IRQ);
}

void tg_port_init(void)
{
    tg_mask_interrupts();
    tg_nrf_start_crystal(CLOCK_BASE);
#if TG_IS_NRF52
    APPROTECT_DISABLE = SOFTWARE_DISABLE; /* or newer parts lock the debug port out */
    NVMC_ICACHECNF = 1;
#endif
    tg_start_cycle_counter();
    if (!tg_cycles_are_counted()) {
        start_timer();
    }
    start_link();
}

int tg_port_poll_byte(void)
{
    return UART_RX_READY != 0 ? tg_port_read_byte() : -1;
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
    if (tg_cycles_are_counted()) {
        return TG_DWT_CYCCNT;
    }
    TIMER_CAPTURE_0 = 1;
    return TIMER_CC_0;
}

uint32_t tg_port_counter_hz(void)
{
    return tg_cycles_are_counted() ? 0 : TIMER_HZ;
}
