/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/weights/nor_flash.h"

#include <stddef.h>

#include "tinygen/port.h"

enum { ASLEEP, WAKING, AWAKE, READING };

#define RELEASE     0xABu
#define READ_ID     0x9Fu
#define READ_STATUS 0x05u
#define FAST_READ   0x0Bu
#define STATUS_BUSY 0x01u
#define MOST_BYTES  256u

static void command(tg_spi *spi, const uint8_t *out, uint32_t count, uint8_t *answer,
                    uint32_t answer_count)
{
    spi->select(spi, 1);
    spi->exchange(spi, out, NULL, count);
    if (answer_count > 0) {
        spi->exchange(spi, NULL, answer, answer_count);
    }
    spi->select(spi, 0);
}

static int is_busy(tg_spi *spi)
{
    const uint8_t out[1] = {READ_STATUS};
    uint8_t status;
    command(spi, out, 1, &status, 1);
    return (status & STATUS_BUSY) != 0;
}

/* A bus without a chip reads all ones or all zeros. */
static int is_there(tg_spi *spi)
{
    const uint8_t out[1] = {READ_ID};
    uint8_t id[3];
    command(spi, out, 1, id, 3);
    return id[0] != 0 && id[0] != 0xFF;
}

static void begin(tg_nor_flash_source *s)
{
    const uint8_t out[5] = {FAST_READ, (uint8_t)(s->address >> 16),
                            (uint8_t)(s->address >> 8), (uint8_t)s->address, 0};
    s->spi->select(s->spi, 1);
    s->spi->exchange(s->spi, out, NULL, sizeof out);
    s->state = READING;
}

static tg_status wake(tg_nor_flash_source *s)
{
    const uint8_t out[1] = {RELEASE};
    if (s->state == ASLEEP) {
        s->spi->open(s->spi);
        command(s->spi, out, 1, NULL, 0);
        s->woken = tg_port_counter();
        s->state = WAKING;
    }
    if (tg_port_counter() - s->woken <= s->wake_ticks) {
        return TG_BUSY;
    }
    if (!is_there(s->spi)) {
        return TG_ERR_WEIGHTS_LINK;
    }
    s->state = AWAKE;
    return TG_OK;
}

tg_status tg_nor_flash_start(tg_weight_source *source, uint32_t offset, void *to,
                             uint32_t nbytes)
{
    tg_nor_flash_source *s = (tg_nor_flash_source *)source;
    s->to = to;
    s->address = s->base + offset;
    s->nbytes = nbytes;
    return TG_OK;
}

tg_status tg_nor_flash_poll(tg_weight_source *source)
{
    tg_nor_flash_source *s = (tg_nor_flash_source *)source;
    if (s->state < AWAKE) {
        const tg_status status = wake(s);
        return status == TG_OK ? TG_BUSY : status;
    }
    if (s->state == AWAKE) {
        if (is_busy(s->spi)) { /* writing or erasing: it would not answer */
            return TG_BUSY;
        }
        begin(s);
    }
    const uint32_t count = s->nbytes < MOST_BYTES ? s->nbytes : MOST_BYTES;
    s->spi->exchange(s->spi, NULL, s->to, count);
    s->to += count;
    s->nbytes -= count;
    if (s->nbytes > 0) {
        return TG_BUSY;
    }
    s->spi->select(s->spi, 0);
    s->state = AWAKE;
    return TG_OK;
}

void tg_nor_flash_stop(tg_weight_source *source)
{
    tg_nor_flash_source *s = (tg_nor_flash_source *)source;
    s->spi->select(s->spi, 0);
    s->state = ASLEEP; /* the chip may have lost its supply: begin again from its ID */
}
