/* SPDX-License-Identifier: Apache-2.0 */
/* Frames between host and device; docs/protocol.md is the contract. */
#ifndef TINYGEN_PROTOCOL_H
#define TINYGEN_PROTOCOL_H

#include <stdint.h>

#include "tinygen/status.h"

#define TG_PROTOCOL_VERSION 1
#define TG_MAX_PAYLOAD      512

/* Requests; a reply has the request's type with TG_REPLY set. */
enum {
    TG_HELLO = 1,
    TG_TENSOR = 2,
    TG_WRITE = 3,
    TG_RUN = 4,
    TG_STEP = 5,
    TG_READ = 6,
    TG_PAINT_ARENA = 7,
    TG_MEMORY = 8,
    TG_RESET = 9,
    TG_EXIT = 10,
    TG_CHUNK = 11, /* an answer to TG_NEED; it has no reply */
    TG_STREAMED = 12,
    TG_REPLY = 0x80,
    TG_NEED = 0xFB,    /* the device asks for a piece of the weights file */
    TG_REFUSED = 0xFC, /* weights cannot be used: at the start, or as an answer */
    TG_STARTED = 0xFD, /* an inference began; its reply follows when it is done */
    TG_FAULT = 0xFE,   /* the core stopped; nobody asked */
    TG_ERROR = 0xFF,   /* the reply to a request that failed */
};

/* A frame's header as it travels: little-endian, and in this order. */
typedef struct {
    uint16_t sync;
    uint8_t type;
    uint8_t index;     /* which tensor */
    uint16_t sequence; /* a reply has its request's */
    uint16_t nbytes;   /* of payload */
    uint32_t arguments[2];
    uint32_t check; /* CRC-32 of type to arguments */
} tg_frame;

_Static_assert(sizeof(tg_frame) == 20, "the header travels as it lies in memory");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "frames are little-endian");

/* What TG_HELLO answers with. */
typedef struct {
    uint16_t version;
    uint16_t max_payload;
    uint16_t op_count;
    uint8_t input_count;
    uint8_t output_count;
    uint32_t counter_hz; /* clock_hz where it counts core cycles */
    uint32_t clock_hz;
    uint32_t arena_bytes;
    uint8_t counts_cycles;
    char board[31];
    char model[64]; /* SHA-256 in hex */
} tg_hello;

_Static_assert(sizeof(tg_hello) == 116, "it travels as it lies in memory");

/* Wait for a header. TG_ERR_FRAME when one came damaged; the stream is then anywhere. */
tg_status tg_receive_header(tg_frame *frame);

/* Take the payload of a header that tg_receive_header has passed to `to`, or drop it when
 * `to` is NULL. TG_ERR_FRAME when it came damaged; `to` then holds anything. */
tg_status tg_receive_payload(const tg_frame *frame, uint8_t *to);

/* Send a frame; sync and check are filled in. payload: frame->nbytes of them. */
void tg_send(tg_frame *frame, const void *payload);

#endif
