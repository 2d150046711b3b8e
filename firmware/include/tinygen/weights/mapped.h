/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_WEIGHTS_MAPPED_H
#define TINYGEN_WEIGHTS_MAPPED_H

#include "tinygen/weight_source.h"

/* Memory that the core can address but that is outside the image: external RAM or flash.
 *
 * Where ticks_per_kib is not 0, a read of n bytes takes at least latency_ticks + n *
 * ticks_per_kib / 1024 ticks of tg_port_counter, in which the core is free, as if DMA
 * moved them: an emulated memory is as fast as any other, a real one is not. */
typedef struct {
    tg_weight_source source;
    uint32_t ticks_per_kib, latency_ticks;
    uint32_t started, wanted; /* counter at the start of a read; ticks that it takes */
} tg_mapped_source;

#define TG_MAPPED_SOURCE(address)                                                        \
    {tg_mapped_start,           tg_mapped_poll, tg_mapped_stop, UINT32_MAX, 1,           \
     (const uint8_t *)(address)}

tg_status tg_mapped_start(tg_weight_source *source, uint32_t offset, void *to,
                          uint32_t nbytes);
tg_status tg_mapped_poll(tg_weight_source *source);
void tg_mapped_stop(tg_weight_source *source);

#endif
