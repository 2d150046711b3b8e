/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/weights/nrf_spim.h"

#include <stddef.h>

#ifndef TG_READ_REGISTER /* tests put their own device here */
#define TG_READ_REGISTER(address)         (*(volatile uint32_t *)(address))
#define TG_WRITE_REGISTER(address, value) (*(volatile uint32_t *)(address) = (value))
#define TG_WRITE_ADDRESS(address, pointer)                                               \
    TG_WRITE_REGISTER(address, (uint32_t)(uintptr_t)(pointer))
#endif

#define START     0x010u
#define STOP      0x014u
#define STOPPED   0x104u
#define END       0x118u
#define ENABLE    0x500u
#define PSEL_SCK  0x508u
#define PSEL_MOSI 0x50Cu
#define PSEL_MISO 0x510u
#define FREQUENCY 0x524u
#define RXD_PTR   0x534u
#define RXD_COUNT 0x538u
#define TXD_PTR   0x544u
#define TXD_COUNT 0x548u
#define CONFIG    0x554u
#define FILLER    0x5C0u /* ORC */

#define ENABLE_SPIM 7u

/* Port 0; the same specification, 6.9. */
#define PINS_SET    0x50000508u
#define PINS_CLEAR  0x5000050Cu
#define PIN_CONF(n) (0x50000700u + 4u * (n))
#define PIN_OUTPUT  3u /* input buffer off */
#define PIN_INPUT   0u
#define PINS        32u

static void put(const tg_nrf_spim *s, uint32_t reg, uint32_t value)
{
    TG_WRITE_REGISTER(s->registers + reg, value);
}

void tg_nrf_spim_select(tg_spi *spi, int is_selected)
{
    const tg_nrf_spim *s = (const tg_nrf_spim *)spi;
    const uint32_t bit = UINT32_C(1) << s->chip_select;
    TG_WRITE_REGISTER(is_selected ? PINS_CLEAR : PINS_SET, bit);
    (void)TG_READ_REGISTER(PINS_SET); /* the line has moved, and stays so for a while */
}

void tg_nrf_spim_open(tg_spi *spi)
{
    const tg_nrf_spim *s = (const tg_nrf_spim *)spi;
    tg_nrf_spim_select(spi, 0);
    TG_WRITE_REGISTER(PINS_SET, s->high_pins);
    for (uint32_t n = 0; n < PINS; n++) {
        if ((s->high_pins >> n & 1u) != 0) {
            TG_WRITE_REGISTER(PIN_CONF(n), PIN_OUTPUT);
        }
    }
    TG_WRITE_REGISTER(PIN_CONF(s->chip_select), PIN_OUTPUT);
    TG_WRITE_REGISTER(PIN_CONF(s->sck), PIN_OUTPUT);
    TG_WRITE_REGISTER(PIN_CONF(s->mosi), PIN_OUTPUT);
    TG_WRITE_REGISTER(PIN_CONF(s->miso), PIN_INPUT);
    put(s, PSEL_SCK, s->sck);
    put(s, PSEL_MOSI, s->mosi);
    put(s, PSEL_MISO, s->miso);
    put(s, FREQUENCY, s->frequency);
    put(s, CONFIG, 0);
    put(s, FILLER, 0);
    put(s, ENABLE, ENABLE_SPIM);
}

static void begin(const tg_nrf_spim *s, const uint8_t *out, uint32_t out_count,
                  uint8_t *in, uint32_t in_count)
{
    TG_WRITE_ADDRESS(s->registers + TXD_PTR, out);
    put(s, TXD_COUNT, out_count);
    TG_WRITE_ADDRESS(s->registers + RXD_PTR, in);
    put(s, RXD_COUNT, in_count);
    put(s, END, 0);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* what is sent is in memory */
    put(s, START, 1);
}

void tg_nrf_spim_receive(tg_spi *spi, uint8_t *in, uint32_t count)
{
    begin((const tg_nrf_spim *)spi, NULL, 0, in, count);
}

int tg_nrf_spim_is_received(tg_spi *spi)
{
    const tg_nrf_spim *s = (const tg_nrf_spim *)spi;
    const int is_done = TG_READ_REGISTER(s->registers + END) != 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* what came is read after this */
    return is_done;
}

void tg_nrf_spim_exchange(tg_spi *spi, const uint8_t *out, uint8_t *in, uint32_t count)
{
    begin((const tg_nrf_spim *)spi, out, out != NULL ? count : 0, in,
          in != NULL ? count : 0);
    while (!tg_nrf_spim_is_received(spi)) {
    }
}

void tg_nrf_spim_abandon(tg_spi *spi)
{
    const tg_nrf_spim *s = (const tg_nrf_spim *)spi;
    put(s, STOPPED, 0);
    put(s, STOP, 1);
    while (TG_READ_REGISTER(s->registers + STOPPED) == 0) {
    }
}
