/* SPDX-License-Identifier: Apache-2.0 */
/* What provides weights that are not in the image: one read at a time, which may go on
 * while the core computes. */
#ifndef TINYGEN_WEIGHT_SOURCE_H
#define TINYGEN_WEIGHT_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "tinygen/status.h"

typedef struct tg_weight_source tg_weight_source;

/* The first member of every source.
 *
 * start  Begin to read nbytes at offset of the weights file to `to`: both multiples of
 * 32, `to` of 16. No other read is under way. poll   TG_OK when the read is done, TG_BUSY
 * while it is not; negative when it failed. A source without DMA moves some bytes at each
 * call. stop   Give the read up: nothing is written to `to` afterwards.
 *
 * After an error the read may be started again. */
struct tg_weight_source {
    tg_status (*start)(tg_weight_source *source, uint32_t offset, void *to,
                       uint32_t nbytes);
    tg_status (*poll)(tg_weight_source *source);
    void (*stop)(tg_weight_source *source);
    uint32_t timeout_ticks; /* of tg_port_counter, in which one read must end */
    uint8_t is_memory;     /* its bytes do not change and no wire can spoil them: they are
                            * checked once, when the stream is opened, not at each read */
    const uint8_t *memory; /* the file, where the core can compute with it as it lies:
                            * only of a source that is_memory; else NULL */
};

#endif
