/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/weights/serial.h"

#include <stddef.h>

#include "tinygen/crc32.h"
#include "tinygen/port.h"

#define TYPE_AT     offsetof(tg_frame, type)
#define CHECK_AT    offsetof(tg_frame, check)
#define HEADER      ((uint32_t)sizeof(tg_frame))
#define CHECK_BYTES 4u

static uint32_t piece_bytes(const tg_serial_source *s)
{
    return s->nbytes < TG_MAX_PAYLOAD ? s->nbytes : TG_MAX_PAYLOAD;
}

static void ask(tg_serial_source *s)
{
    s->sequence++;
    tg_frame need = {.type = TG_NEED, .sequence = s->sequence};
    need.arguments[0] = s->offset;
    need.arguments[1] = piece_bytes(s);
    s->position = 0;
    s->is_asked = 1;
    tg_send(&need, NULL);
    s->asked = tg_port_counter();
}

/* Whether a sound header is that of the piece that was asked for. */
static int is_ours(tg_serial_source *s)
{
    const tg_frame *f = &s->frame;
    s->crc = tg_crc32(TG_CRC32_START, (const uint8_t *)f + TYPE_AT, CHECK_AT - TYPE_AT);
    return f->check == ~s->crc && f->type == TG_CHUNK && f->sequence == s->sequence &&
           f->nbytes == piece_bytes(s) && f->arguments[0] == s->offset;
}

/* Take one byte of the answer; returns whether the piece is complete and sound. */
static int take(tg_serial_source *s, uint8_t byte)
{
    const uint32_t at = s->position;
    const uint32_t payload_end = HEADER + piece_bytes(s);
    if (at < HEADER) {
        ((uint8_t *)&s->frame)[at] = byte;
        const int is_sync = at > 1 || byte == (at == 0 ? 0xA5 : 0x5A);
        s->position = is_sync ? at + 1 : (byte == 0xA5);
        if (s->position == HEADER && !is_ours(s)) {
            s->position = 0;
        }
        return 0;
    }
    s->position = at + 1;
    if (at < payload_end) {
        s->to[at - HEADER] = byte;
        s->crc = tg_crc32_byte(s->crc, byte);
        return 0;
    }
    ((uint8_t *)&s->check)[at - payload_end] = byte;
    if (s->position < payload_end + CHECK_BYTES) {
        return 0;
    }
    s->position = 0;
    return s->check == ~s->crc;
}

tg_status tg_serial_start(tg_weight_source *source, uint32_t offset, void *to,
                          uint32_t nbytes)
{
    tg_serial_source *s = (tg_serial_source *)source;
    s->to = to;
    s->offset = offset;
    s->nbytes = nbytes;
    s->is_asked = 0;
    return TG_OK;
}

tg_status tg_serial_poll(tg_weight_source *source)
{
    tg_serial_source *s = (tg_serial_source *)source;
    if (!s->is_asked || tg_port_counter() - s->asked >= s->piece_ticks) {
        ask(s);
    }
    for (int byte = tg_port_poll_byte(); byte >= 0; byte = tg_port_poll_byte()) {
        if (take(s, (uint8_t)byte)) {
            const uint32_t count = piece_bytes(s);
            s->to += count;
            s->offset += count;
            s->nbytes -= count;
            s->is_asked = 0;
            return s->nbytes > 0 ? TG_BUSY : TG_OK;
        }
    }
    return TG_BUSY;
}

void tg_serial_stop(tg_weight_source *source)
{
    (void)source; /* nothing comes unasked */
}
