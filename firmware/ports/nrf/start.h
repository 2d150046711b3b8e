/* SPDX-License-Identifier: Apache-2.0 */
/* What Nordic's families start alike: the crystal and the link's pins (CLOCK and GPIO in
 * the nRF51 Series Reference Manual, the nRF52840 and nRF5340 Product Specifications).
 * The build defines TG_LINK_TX and TG_LINK_RX as port * 32 + number. */
#ifndef TINYGEN_NRF_START_H
#define TINYGEN_NRF_START_H

#include "tinygen/cortex_m.h"

#define PIN_OUTPUT       3u        /* input buffer off */
#define PIN_INPUT_PULLED (3u << 2) /* up */

/* The RC oscillator is too far off for a UART on a cold day. */
static inline void tg_nrf_start_crystal(uint32_t clock_base)
{
    TG_REGISTER(clock_base + 0x100u) = 0; /* EVENTS_HFCLKSTARTED */
    TG_REGISTER(clock_base) = 1;          /* TASKS_HFCLKSTART */
    while (TG_REGISTER(clock_base + 0x100u) == 0) {
    }
}

/* gpio: OUT of port 0, less 4. */
static inline void tg_nrf_set_link_pins(uint32_t gpio)
{
    const uint32_t tx = gpio + 0x300u * (TG_LINK_TX / 32u);
    const uint32_t rx = gpio + 0x300u * (TG_LINK_RX / 32u);
    TG_REGISTER(tx + 0x008u) = 1u << TG_LINK_TX % 32u; /* OUTSET: an idle line is high */
    TG_REGISTER(tx + 0x200u + 4u * (TG_LINK_TX % 32u)) = PIN_OUTPUT; /* PIN_CNF */
    TG_REGISTER(rx + 0x200u + 4u * (TG_LINK_RX % 32u)) = PIN_INPUT_PULLED;
}

#endif
