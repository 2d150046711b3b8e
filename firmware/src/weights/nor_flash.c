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
#define MOST_BY_DMA 32768u

/* Functions of the bus are called by functions that know no source: the bound of the
 * stack takes a call through a pointer for one of anything that its caller can reach. */
#define BUS static __attribute__((noinline))

BUS void open_bus(tg_spi *spi)
{
    spi->open(spi);
}

BUS void deselect(tg_spi *spi)
{
    spi->select(spi, 0);
}

BUS void give_up(tg_spi *spi)
{
    if (spi->abandon != NULL) {
        spi->abandon(spi);
    }
    spi->select(spi, 0);
}

BUS void command(tg_spi *spi, const uint8_t *out, uint32_t count, uint8_t *answer,
                 uint32_t answer_count)
{
    spi->select(spi, 1);
    spi->exchange(spi, out, NULL, count);
    if (answer_count > 0) {
        spi->exchange(spi, NULL, answer, answer_count);
    }
    spi->select(spi, 0);
}

BUS void begin_read(tg_spi *spi, uint32_t address)
{
    const uint8_t out[5] = {FAST_READ, (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                            (uint8_t)address, 0};
    spi->select(spi, 1);
    spi->exchange(spi, out, NULL, sizeof out);
}

/* Begin to move the next bytes: by DMA where there is one. */
BUS void begin_move(tg_spi *spi, uint8_t *to, uint32_t count)
{
    if (spi->receive != NULL) {
        spi->receive(spi, to, count);
    } else {
        spi->exchange(spi, NULL, to, count);
    }
}

BUS int is_moved(tg_spi *spi)
{
    return spi->receive == NULL || spi->is_received(spi);
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

static tg_status wake(tg_nor_flash_source *s)
{
    const uint8_t out[1] = {RELEASE};
    if (s->state == ASLEEP) {
        open_bus(s->spi);
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

static void move(tg_nor_flash_source *s)
{
    const uint32_t most = s->spi->receive != NULL ? MOST_BY_DMA : MOST_BYTES;
    s->under_way = s->nbytes < most ? s->nbytes : most;
    begin_move(s->spi, s->to, s->under_way);
}

static void begin(tg_nor_flash_source *s)
{
    begin_read(s->spi, s->address);
    s->state = READING;
    move(s);
}

tg_status tg_nor_flash_start(tg_weight_source *source, uint32_t offset, void *to,
                             uint32_t nbytes)
{
    tg_nor_flash_source *s = (tg_nor_flash_source *)source;
    s->to = to;
    s->address = s->base + offset;
    s->nbytes = nbytes;
    if (s->spi->receive != NULL && s->state == AWAKE && !is_busy(s->spi)) {
        begin(s);
    }
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
        if (!is_busy(s->spi)) { /* else it writes or erases, and would not answer */
            begin(s);
        }
        return TG_BUSY;
    }
    if (!is_moved(s->spi)) {
        return TG_BUSY;
    }
    s->to += s->under_way;
    s->nbytes -= s->under_way;
    if (s->nbytes > 0) {
        move(s);
        return TG_BUSY;
    }
    deselect(s->spi);
    s->state = AWAKE;
    return TG_OK;
}

void tg_nor_flash_stop(tg_weight_source *source)
{
    tg_nor_flash_source *s = (tg_nor_flash_source *)source;
    if (s->state == READING) {
        give_up(s->spi);
    }
    s->state = ASLEEP; /* the chip may have lost its supply: begin again from its ID */
}
