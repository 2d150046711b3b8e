/* SPDX-License-Identifier: Apache-2.0 */
/* Nordic nRF5340, application core, secure: 128 MHz, cache, and UARTE0 on the debug probe
 * (nRF5340 Product Specification, CLOCK, CACHE, UARTE, GPIO).
 *
 * The build defines TG_LINK_TX and TG_LINK_RX as port * 32 + number. A UARTE moves bytes
 * from and to RAM by itself; it gets one byte at a time, and keeps four more in its
 * FIFO until it is started again. */
#include "tinygen/port.h"

#include "tinygen/cycle_counter.h"

#include "../nrf/start.h"

#define BAUD_115200 0x01D60000u /* of 2^32 / 16 MHz; 0.4 % below: the UARTE's table */

#define CLOCK_BASE      0x50005000u
#define CLOCK_HFCLKCTRL TG_REGISTER(CLOCK_BASE + 0x558u)
#define GPIO            0x50842500u
#define HFCLK_128_MHZ   0u
#define CACHE_ENABLE    TG_REGISTER(0x50001500u)

#define UARTE_START_RX   TG_REGISTER(0x50008000u)
#define UARTE_START_TX   TG_REGISTER(0x50008008u)
#define UARTE_END_RX     TG_REGISTER(0x50008110u)
#define UARTE_END_TX     TG_REGISTER(0x50008120u)
#define UARTE_INTENSET   TG_REGISTER(0x50008304u)
#define UARTE_ENABLE     TG_REGISTER(0x50008500u)
#define UARTE_PSEL_TXD   TG_REGISTER(0x5000850Cu)
#define UARTE_PSEL_RXD   TG_REGISTER(0x50008514u)
#define UARTE_BAUDRATE   TG_REGISTER(0x50008524u)
#define UARTE_RXD_PTR    TG_REGISTER(0x50008534u)
#define UARTE_RXD_MAXCNT TG_REGISTER(0x50008538u)
#define UARTE_TXD_PTR    TG_REGISTER(0x50008544u)
#define UARTE_TXD_MAXCNT TG_REGISTER(0x50008548u)
#define UARTE_IRQ        8u
#define INTENSET_END_RX  (1u << 4)
#define ENABLE_UARTE     8u

/* Where the UARTE takes and puts a byte. Start-up zeroes them after tg_port_init, which
 * only names them. */
static volatile uint8_t received, to_send;

static uint32_t address_of(volatile uint8_t *byte)
{
    return (uint32_t)(uintptr_t)byte;
}

static void start_clocks(void)
{
    CLOCK_HFCLKCTRL = HFCLK_128_MHZ;
    tg_nrf_start_crystal(CLOCK_BASE);
    CACHE_ENABLE = 1;
}

static void start_link(void)
{
    tg_nrf_set_link_pins(GPIO);
    UARTE_PSEL_TXD = TG_LINK_TX;
    UARTE_PSEL_RXD = TG_LINK_RX;
    UARTE_BAUDRATE = BAUD_115200;
    UARTE_ENABLE = ENABLE_UARTE;
    UARTE_RXD_PTR = address_of(&received);
    UARTE_RXD_MAXCNT = 1;
    UARTE_TXD_PTR = address_of(&to_send);
    UARTE_TXD_MAXCNT = 1;
    UARTE_END_RX = 0;
    UARTE_INTENSET = INTENSET_END_RX;
    UARTE_START_RX = 1;
    tg_enable_wake_up(UARTE_IRQ);
}

void tg_port_init(void)
{
    tg_mask_interrupts();
    start_clocks();
    tg_start_cycle_counter();
    start_link();
}

int tg_port_poll_byte(void)
{
    return UARTE_END_RX != 0 ? tg_port_read_byte() : -1;
}

uint8_t tg_port_read_byte(void)
{
    while (UARTE_END_RX == 0) {
        tg_sleep();
        tg_clear_wake_up(UARTE_IRQ);
    }
    UARTE_END_RX = 0;
    const uint8_t byte = received;
    UARTE_START_RX = 1;
    return byte;
}

void tg_port_write_byte(uint8_t byte)
{
    to_send = byte;
    tg_barrier();
    UARTE_END_TX = 0;
    UARTE_START_TX = 1;
    while (UARTE_END_TX == 0) {
    }
}

uint32_t tg_port_counter(void)
{
    return TG_DWT_CYCCNT;
}
