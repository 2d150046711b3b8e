/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/weights/mapped.h"

#include "tinygen/port.h"
#include "tinygen/weight_stream.h"

tg_status tg_mapped_start(tg_weight_source *source, uint32_t offset, void *to,
                          uint32_t nbytes)
{
    tg_mapped_source *s = (tg_mapped_source *)source;
    if (s->ticks_per_kib > 0) {
        s->started = tg_port_counter();
        s->wanted =
            s->latency_ticks + (uint32_t)((uint64_t)nbytes * s->ticks_per_kib / 1024);
    }
    tg_copy_blocks(to, source->memory + offset, nbytes);
    return TG_OK;
}

tg_status tg_mapped_poll(tg_weight_source *source)
{
    const tg_mapped_source *s = (const tg_mapped_source *)source;
    if (s->ticks_per_kib > 0 && tg_port_counter() - s->started < s->wanted) {
        return TG_BUSY;
    }
    return TG_OK;
}

void tg_mapped_stop(tg_weight_source *source)
{
    (void)source;
}
