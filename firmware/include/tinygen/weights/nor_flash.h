/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_WEIGHTS_NOR_FLASH_H
#define TINYGEN_WEIGHTS_NOR_FLASH_H

#include "tinygen/weight_source.h"

/* A bus with one chip on it; the first member of its driver. */
typedef struct tg_spi tg_spi;
struct tg_spi {
    /* Set the controller up; the chip is not selected. */
    void (*open)(tg_spi *spi);
    void (*select)(tg_spi *spi, int is_selected);
    /* Shift count bytes out or in; out NULL: zeros, in NULL: dropped. One of them is. */
    void (*exchange)(tg_spi *spi, const uint8_t *out, uint8_t *in, uint32_t count);
    /* By DMA, or NULL where the core moves the bytes: begin to shift in at most 32,768
     * bytes; whether all have come; give them up, so that none comes afterwards. */
    void (*receive)(tg_spi *spi, uint8_t *in, uint32_t count);
    int (*is_received)(tg_spi *spi);
    void (*abandon)(tg_spi *spi);
};

/* SPI NOR flash of up to 16 MB, as JEDEC JESD216 chips have it: RELEASE FROM POWER-DOWN
 * (AB), READ ID (9F), READ STATUS (05) and FAST READ (0B) with its dummy byte. Without
 * DMA a call of poll moves at most 256 bytes.
 *
 * wake_ticks  of tg_port_counter that the chip needs after AB (tRES1)
 * base        of the weights file in the chip */
typedef struct {
    tg_weight_source source;
    tg_spi *spi;
    uint32_t base;
    uint32_t wake_ticks;
    uint8_t *to;
    uint32_t address, nbytes; /* still to come */
    uint32_t under_way;       /* of them */
    uint32_t woken;           /* counter when the chip was woken */
    uint8_t state;            /* 0: asleep, 1: waking, 2: awake, 3: reading */
} tg_nor_flash_source;

#define TG_NOR_FLASH_SOURCE(timeout_ticks)                                               \
    {tg_nor_flash_start, tg_nor_flash_poll, tg_nor_flash_stop, timeout_ticks, 0, NULL}

tg_status tg_nor_flash_start(tg_weight_source *source, uint32_t offset, void *to,
                             uint32_t nbytes);
tg_status tg_nor_flash_poll(tg_weight_source *source);
void tg_nor_flash_stop(tg_weight_source *source);

#endif
