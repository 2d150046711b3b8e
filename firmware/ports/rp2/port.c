/* SPDX-License-Identifier: Apache-2.0 */
/* Raspberry Pi Pico and Pico 2: clocks, counter, and UART0 on the first two pins, which
 * the Debug Probe or any USB adapter carries to the host. */
#include "tinygen/port.h"

#include "clock.h"
#include "counter.h"
#include "registers.h"
#include "tinygen/cycle_counter.h"

#define BAUD 115200u

#define PIN_TX         0u
#define PIN_RX         1u
#define FUNCTION_UART  2u
#define PAD_PULLED_UP  0x5Au /* input on, 4 mA, pull-up, Schmitt; not isolated */
#define FR_RX_EMPTY    (1u << 4)
#define FR_TX_FULL     (1u << 5)
#define LCRH_8N1       (3u << 5)
#define CR_ENABLE      1u
#define CR_TX          (1u << 8)
#define CR_RX          (1u << 9)
#define RX_INTERRUPT   (1u << 4)
#define DIVIDER_IN_64S ((TG_CLOCK_HZ * 4u + BAUD / 2u) / BAUD) /* DDI0183, 3.3.6 */

static void give_pin(uint32_t pin)
{
    PAD(pin) = PAD_PULLED_UP;
    IO_CTRL(pin) = FUNCTION_UART;
}

/* Without its FIFO: then the interrupt comes with each byte. */
static void start_link(void)
{
    tg_start_blocks(RESET_IO | RESET_PADS | RESET_UART0);
    give_pin(PIN_TX);
    give_pin(PIN_RX);
    UART_IBRD = DIVIDER_IN_64S / 64;
    UART_FBRD = DIVIDER_IN_64S % 64;
    UART_LCRH = LCRH_8N1;
    UART_IMSC = RX_INTERRUPT;
    UART_CR = CR_ENABLE | CR_TX | CR_RX;
    tg_enable_wake_up(UART0_IRQ);
}

void tg_port_init(void)
{
    tg_mask_interrupts();
    tg_start_clocks();
#if TG_IS_RP2350
    tg_start_cycle_counter();
#else
    tg_start_joined_counter();
#endif
    start_link();
}

int tg_port_poll_byte(void)
{
    return (UART_FR & FR_RX_EMPTY) == 0 ? (uint8_t)UART_DR : -1;
}

uint8_t tg_port_read_byte(void)
{
    while ((UART_FR & FR_RX_EMPTY) != 0) {
        tg_sleep();
        UART_ICR = RX_INTERRUPT;
        tg_clear_wake_up(UART0_IRQ);
    }
    return (uint8_t)UART_DR;
}

void tg_port_write_byte(uint8_t byte)
{
    while ((UART_FR & FR_TX_FULL) != 0) {
    }
    UART_DR = byte;
}

uint32_t tg_port_counter(void)
{
#if TG_IS_RP2350
    return TG_DWT_CYCCNT;
#else
    return tg_joined_counter();
#endif
}
