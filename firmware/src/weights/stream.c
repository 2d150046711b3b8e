/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/weight_stream.h"

#include <string.h>

#include "tinygen/crc32.h"
#include "tinygen/port.h"

#define ATTEMPTS       3
#define FORMAT_VERSION 1
#define HEADER_BYTES   64

/* The file's header as it lies in the file; little-endian. */
typedef struct {
    char magic[8];
    uint32_t version, header_bytes, count, file_bytes, table_crc;
    uint8_t model[32];
    uint32_t crc; /* of all before it */
} header;

_Static_assert(sizeof(header) == HEADER_BYTES, "it is read as it lies in the file");

static tg_status start(tg_weight_stream *s, const tg_chunk *chunk, uint8_t *to)
{
    s->started = tg_port_counter();
    return s->source->start(s->source, chunk->offset, to, chunk->nbytes);
}

static tg_status wait(tg_weight_stream *s)
{
    for (;;) {
        const tg_status status = s->source->poll(s->source);
        if (status != TG_BUSY) {
            return status;
        }
        if (tg_port_counter() - s->started >= s->source->timeout_ticks) {
            return TG_ERR_WEIGHTS_STALLED;
        }
    }
}

static int is_right(const tg_chunk *chunk, const uint8_t *at)
{
    return ~tg_crc32(TG_CRC32_START, at, chunk->nbytes) == chunk->crc;
}

static void count(tg_weight_stream *s, const tg_chunk *chunk)
{
    s->counts.loads++;
    s->counts.bytes += chunk->nbytes;
}

/* Wait for a read that has been started, with this status; check it, and read again when
 * something went wrong. */
static tg_status finish(tg_weight_stream *s, const tg_chunk *chunk, uint8_t *to,
                        int is_checked, tg_status status)
{
    for (int attempt = 1;; attempt++) {
        if (status >= 0) {
            status = wait(s);
        }
        if (status == TG_OK && is_checked && !is_right(chunk, to)) {
            status = TG_ERR_WEIGHTS_DAMAGED;
        }
        if (status == TG_OK) {
            count(s, chunk);
            return TG_OK;
        }
        s->source->stop(s->source);
        if (attempt == ATTEMPTS) {
            return status;
        }
        s->counts.retries++;
        status = start(s, chunk, to);
    }
}

static tg_status read_checked(tg_weight_stream *s, uint32_t n, uint8_t *to)
{
    const tg_chunk *chunk = &s->file->chunks[n];
    s->failed = n;
    return finish(s, chunk, to, 1, start(s, chunk, to));
}

/* Check a chunk that is computed with where it lies. */
static tg_status check_in_memory(tg_weight_stream *s, uint32_t n)
{
    const tg_chunk *chunk = &s->file->chunks[n];
    s->failed = n;
    return is_right(chunk, s->source->memory + chunk->offset) ? TG_OK
                                                              : TG_ERR_WEIGHTS_DAMAGED;
}

static tg_status check_header(const tg_weight_stream *s, const header *h)
{
    if (memcmp(h->magic, "TGWEIGHT", sizeof h->magic) != 0 ||
        h->version != FORMAT_VERSION || h->header_bytes != HEADER_BYTES) {
        return TG_ERR_WEIGHTS_FORMAT;
    }
    if (~tg_crc32(TG_CRC32_START, h, HEADER_BYTES - sizeof h->crc) != h->crc) {
        return TG_ERR_WEIGHTS_DAMAGED;
    }
    if (memcmp(h->model, s->file->model, sizeof h->model) != 0) {
        return TG_ERR_OTHER_MODEL;
    }
    const int is_ours = h->table_crc == s->file->table_crc && h->count == s->file->count;
    return is_ours ? TG_OK : TG_ERR_OTHER_BUILD;
}

static tg_status read_header(tg_weight_stream *s, uint8_t *to, header *h)
{
    static const tg_chunk all = {.offset = 0, .nbytes = HEADER_BYTES};
    const uint8_t *from = to;
    if (to == NULL) { /* where the first chunk stays where it lies */
        from = s->source->memory;
    } else {
        TG_TRY(finish(s, &all, to, 0, start(s, &all, to)));
    }
    memcpy(h, from, sizeof *h);
    return TG_OK;
}

static tg_status open_header(tg_weight_stream *s, uint8_t *to)
{
    tg_status status = TG_OK;
    s->failed = TG_NO_CHUNK;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        header h;
        TG_TRY(read_header(s, to, &h));
        status = check_header(s, &h);
        if (status == TG_OK || s->source->is_memory) {
            break;
        }
    }
    return status;
}

tg_status tg_stream_open(tg_weight_stream *s)
{
    s->is_open = 0;
    s->reading = TG_NO_CHUNK;
    TG_TRY(open_header(s, s->file->chunks[0].to));
    if (s->source->is_memory) {
        for (uint32_t n = 0; n < s->file->count; n++) {
            uint8_t *to = s->file->chunks[n].to;
            TG_TRY(to == NULL ? check_in_memory(s, n) : read_checked(s, n, to));
        }
    }
    s->failed = TG_NO_CHUNK;
    s->is_open = 1;
    memset(&s->counts, 0, sizeof s->counts);
    return TG_OK;
}

static tg_status take(tg_weight_stream *s, uint32_t n)
{
    const int is_checked = !s->source->is_memory;
    const tg_chunk *chunk = &s->file->chunks[n];
    tg_status begun = s->begun;
    s->failed = n;
    if (s->reading != n) {
        if (s->reading != TG_NO_CHUNK) {
            s->source->stop(s->source); /* of a run that was given up */
        }
        begun = start(s, chunk, chunk->to);
    }
    s->reading = TG_NO_CHUNK;
    TG_TRY(finish(s, chunk, chunk->to, is_checked, begun));
    if (n + 1 < s->file->count && chunk[1].is_early) {
        s->begun = start(s, &chunk[1], chunk[1].to);
        s->reading = n + 1;
    }
    return TG_OK;
}

tg_status tg_stream_take(tg_weight_stream *s, uint32_t n, const void **slab)
{
    if (!s->is_open) {
        return TG_ERR_WEIGHTS_CLOSED;
    }
    const tg_chunk *chunk = &s->file->chunks[n];
    if (chunk->to == NULL) {
        count(s, chunk);
        *slab = s->source->memory + chunk->offset;
        return TG_OK;
    }
    const uint32_t began = tg_port_counter();
    const tg_status status = take(s, n);
    s->counts.ticks += tg_port_counter() - began;
    *slab = chunk->to;
    return status;
}

tg_status tg_stream_load_all(tg_weight_stream *s, void *to)
{
    uint8_t *at = to;
    s->reading = TG_NO_CHUNK;
    TG_TRY(open_header(s, at));
    for (uint32_t n = 0; n < s->file->count; n++) {
        TG_TRY(read_checked(s, n, at));
        at += s->file->chunks[n].nbytes;
    }
    s->failed = TG_NO_CHUNK;
    return TG_OK;
}
