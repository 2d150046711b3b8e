/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_WEIGHTS_NRF_SPIM_H
#define TINYGEN_WEIGHTS_NRF_SPIM_H

#include "tinygen/weights/nor_flash.h"

/* Nordic's SPI master with EasyDMA (nRF52840 Product Specification 1.7, 6.25), SPI mode
 * 0. What it sends must be in RAM. Pins are those of port 0.
 *
 * registers  of the SPIM
 * frequency  as its register has it: 0x80000000 is 8 MHz
 * high_pins  mask of pins to hold high: the chip's WP# and HOLD# */
typedef struct {
    tg_spi spi;
    uintptr_t registers;
    uint32_t sck, mosi, miso, chip_select;
    uint32_t high_pins;
    uint32_t frequency;
} tg_nrf_spim;

#define TG_NRF_SPIM_SPI                                                                  \
    {tg_nrf_spim_open,    tg_nrf_spim_select,      tg_nrf_spim_exchange,                 \
     tg_nrf_spim_receive, tg_nrf_spim_is_received, tg_nrf_spim_abandon}

void tg_nrf_spim_open(tg_spi *spi);
void tg_nrf_spim_select(tg_spi *spi, int is_selected);
void tg_nrf_spim_exchange(tg_spi *spi, const uint8_t *out, uint8_t *in, uint32_t count);
void tg_nrf_spim_receive(tg_spi *spi, uint8_t *in, uint32_t count);
int tg_nrf_spim_is_received(tg_spi *spi);
void tg_nrf_spim_abandon(tg_spi *spi);

#endif
