/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on the link, without a buffer: payloads go straight from and to their place. */
#include <stddef.h>

#include "tinygen/crc32.h"
#include "tinygen/port.h"
#include "tinygen/protocol.h"

#define SYNC_FIRST  0xA5
#define SYNC_SECOND 0x5A
#define TYPE_AT     offsetof(tg_frame, type)
#define CHECK_AT    offsetof(tg_frame, check)

static void read_bytes(void *to, size_t count)
{
    uint8_t *bytes = to;
    for (size_t n = 0; n < count; n++) {
        bytes[n] = tg_port_read_byte();
    }
}

static void write_bytes(const void *from, size_t count)
{
    const uint8_t *bytes = from;
    for (size_t n = 0; n < count; n++) {
        tg_port_write_byte(bytes[n]);
    }
}

static uint32_t header_crc(const tg_frame *frame)
{
    return tg_crc32(TG_CRC32_START, (const uint8_t *)frame + TYPE_AT, CHECK_AT - TYPE_AT);
}

tg_status tg_receive_header(tg_frame *frame)
{
    uint8_t last = 0;
    for (;;) {
        const uint8_t byte = tg_port_read_byte();
        if (last == SYNC_FIRST && byte == SYNC_SECOND) {
            break;
        }
        last = byte;
    }
    read_bytes((uint8_t *)frame + TYPE_AT, sizeof *frame - TYPE_AT);
    if (frame->check != ~header_crc(frame) || frame->nbytes > TG_MAX_PAYLOAD) {
        return TG_ERR_FRAME;
    }
    return TG_OK;
}

tg_status tg_receive_payload(const tg_frame *frame, uint8_t *to)
{
    if (frame->nbytes == 0) {
        return TG_OK;
    }
    uint32_t crc = header_crc(frame);
    for (uint32_t n = 0; n < frame->nbytes; n++) {
        const uint8_t byte = tg_port_read_byte();
        crc = tg_crc32_byte(crc, byte);
        if (to != NULL) {
            to[n] = byte;
        }
    }
    uint32_t check;
    read_bytes(&check, sizeof check);
    return check == ~crc ? TG_OK : TG_ERR_FRAME;
}

void tg_send(tg_frame *frame, const void *payload)
{
    const uint32_t crc = header_crc(frame);
    frame->sync = SYNC_FIRST | SYNC_SECOND << 8;
    frame->check = ~crc;
    write_bytes(frame, sizeof *frame);
    if (frame->nbytes > 0) {
        const uint32_t check = ~tg_crc32(crc, payload, frame->nbytes);
        write_bytes(payload, frame->nbytes);
        write_bytes(&check, sizeof check);
    }
}
