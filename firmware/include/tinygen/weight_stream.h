/* SPDX-License-Identifier: Apache-2.0 */
/* Weights on their way into RAM, chunk by chunk: where RAM and source allow it, the next
 * one is read while this one is computed with. docs/weights-format.md describes the file
 * they come from. */
#ifndef TINYGEN_WEIGHT_STREAM_H
#define TINYGEN_WEIGHT_STREAM_H

#include "tinygen/weight_source.h"

#define TG_NO_CHUNK UINT32_C(0xFFFFFFFF)

typedef struct {
    uint32_t offset, nbytes; /* in the file; multiples of 32 */
    uint32_t crc;
    uint8_t *to;       /* 16-byte aligned; of the first chunk, 64 bytes at least. NULL: it
                        * is computed with where it lies in the source's memory */
    uint32_t is_early; /* it may be read while the chunk before it is in use */
} tg_chunk;

/* The one file that a firmware was built with. */
typedef struct {
    const tg_chunk *chunks; /* in the order in which they are needed */
    uint32_t count;
    uint32_t table_crc;   /* of the file's chunk table */
    const uint8_t *model; /* SHA-256 of the model file, 32 bytes */
} tg_weight_file;

/* What streaming took so far. */
typedef struct {
    uint32_t loads, bytes; /* that came right */
    uint32_t retries;
    uint32_t ticks; /* of tg_port_counter: the core copied, checked or waited */
} tg_weight_counts;

/* The caller sets the first two members. */
typedef struct {
    const tg_weight_file *file;
    tg_weight_source *source;
    uint32_t reading; /* chunk that was started last and not yet taken */
    uint32_t started; /* counter at its start */
    tg_status begun;  /* what its start returned */
    uint32_t failed;  /* chunk that could not be had; TG_NO_CHUNK: the header */
    uint32_t is_open;
    tg_weight_counts counts;
} tg_weight_stream;

/* Read the file's header, and all chunks where they are checked only once, to where they
 * go: before there are inputs that share this memory. Chunks that stay where they lie are
 * checked there.
 *
 * Returns TG_ERR_WEIGHTS_FORMAT when there is no weights file of this version,
 * TG_ERR_OTHER_MODEL when it is another model's, TG_ERR_OTHER_BUILD when it is not this
 * firmware's, TG_ERR_WEIGHTS_DAMAGED, TG_ERR_WEIGHTS_STALLED or TG_ERR_WEIGHTS_LINK when
 * a read fails three times. */
tg_status tg_stream_open(tg_weight_stream *stream);

/* Wait for chunk n, checked, and start to read the next one if it may be early; of one
 * that stays where it lies say where. *slab is valid until chunk n + 1 is taken. Returns
 * as tg_stream_open; TG_ERR_WEIGHTS_CLOSED before it. */
tg_status tg_stream_take(tg_weight_stream *stream, uint32_t n, const void **slab);

/* Read the whole file's chunks, checked one by one, to `to`, one after the other. */
tg_status tg_stream_load_all(tg_weight_stream *stream, void *to);

/* Copy nbytes, a multiple of 32; both 4-byte aligned. */
void tg_copy_blocks(void *to, const void *from, uint32_t nbytes);

#endif
