/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_WEIGHTS_PL022_H
#define TINYGEN_WEIGHTS_PL022_H

#include <stddef.h>

#include "tinygen/weights/nor_flash.h"

/* Arm PrimeCell SSP (PL022; Arm DDI0194), master, 8 bits, SPI mode 0.
 *
 * base         of its registers
 * prescaler    even, 2 to 254: the bus runs at the SSP's clock by it
 * chip_select  register of a line that selects the chip where its bit is 0 */
typedef struct {
    tg_spi spi;
    uintptr_t base;
    uint32_t prescaler;
    uintptr_t chip_select;
    uint32_t chip_select_bit;
} tg_pl022;

#define TG_PL022_SPI {tg_pl022_open, tg_pl022_select, tg_pl022_exchange, NULL, NULL, NULL}

void tg_pl022_open(tg_spi *spi);
void tg_pl022_select(tg_spi *spi, int is_selected);
void tg_pl022_exchange(tg_spi *spi, const uint8_t *out, uint8_t *in, uint32_t count);

#endif
