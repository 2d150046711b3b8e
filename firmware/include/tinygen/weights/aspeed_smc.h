/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_WEIGHTS_ASPEED_SMC_H
#define TINYGEN_WEIGHTS_ASPEED_SMC_H

#include <stddef.h>

#include "tinygen/weights/nor_flash.h"

/* Aspeed's static memory controller, chip select 0, in user mode: what is written to the
 * chip's window is shifted out, what is read from it is shifted in (Linux 6.1,
 * drivers/spi/spi-aspeed-smc.c). */
typedef struct {
    tg_spi spi;
    uintptr_t registers;
    uintptr_t window;
} tg_aspeed_smc;

#define TG_ASPEED_SMC_SPI                                                                \
    {tg_aspeed_smc_open, tg_aspeed_smc_select, tg_aspeed_smc_exchange, NULL, NULL, NULL}

void tg_aspeed_smc_open(tg_spi *spi);
void tg_aspeed_smc_select(tg_spi *spi, int is_selected);
void tg_aspeed_smc_exchange(tg_spi *spi, const uint8_t *out, uint8_t *in, uint32_t count);

#endif
