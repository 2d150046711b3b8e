/* SPDX-License-Identifier: Apache-2.0 */
/* Microseconds from the port's 32-bit counter, which may go round every few seconds. */
#ifndef TINYGEN_MLPERF_STOPWATCH_H
#define TINYGEN_MLPERF_STOPWATCH_H

#include <stdint.h>

#include "tinygen/port.h"

typedef struct {
    uint64_t ticks;
    uint32_t last;
} tg_stopwatch;

/* Take what the counter counted since the last call; call it within each of its periods.
 */
static inline void tg_keep_time(tg_stopwatch *watch)
{
    const uint32_t now = tg_port_counter();
    watch->ticks += now - watch->last;
    watch->last = now;
}

/* Microseconds since the start, modulo 2^32. */
static inline uint32_t tg_microseconds(tg_stopwatch *watch)
{
    tg_keep_time(watch);
    const uint32_t hz = tg_port_counter_hz();
    const uint64_t rate = hz > 0 ? hz : TG_CLOCK_HZ;
    return (uint32_t)(watch->ticks / rate * 1000000u +
                      watch->ticks % rate * 1000000u / rate);
}

#endif
