/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_WEIGHTS_SERIAL_H
#define TINYGEN_WEIGHTS_SERIAL_H

#include "tinygen/protocol.h"
#include "tinygen/weight_source.h"

/* The host, which serves the file over the link that everything else uses, too: for
 * bring-up. A piece is asked for (TG_NEED), then comes (TG_CHUNK), and only while the
 * core waits for it, so a link without DMA loses nothing.
 *
 * piece_ticks: after which a piece that has not come is asked for again. */
typedef struct {
    tg_weight_source source;
    uint32_t piece_ticks;
    uint8_t *to;
    uint32_t offset, nbytes; /* that are still to come */
    uint32_t asked;          /* counter when the piece was asked for */
    uint32_t position;       /* bytes of the frame that have come; 0: it has not begun */
    uint32_t crc, check;
    uint16_t sequence;
    uint8_t is_asked;
    tg_frame frame;
} tg_serial_source;

#define TG_SERIAL_SOURCE(timeout_ticks)                                                  \
    {tg_serial_start, tg_serial_poll, tg_serial_stop, timeout_ticks, 0, NULL}

tg_status tg_serial_start(tg_weight_source *source, uint32_t offset, void *to,
                          uint32_t nbytes);
tg_status tg_serial_poll(tg_weight_source *source);
void tg_serial_stop(tg_weight_source *source);

#endif
