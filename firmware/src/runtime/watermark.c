/* SPDX-License-Identifier: Apache-2.0 */
/* Painted memory: how much of it was used. */
#include "tinygen/watermark.h"

void tg_paint(tg_span memory)
{
    for (uint8_t *at = memory.begin; at < memory.end; at++) {
        *at = TG_PAINT;
    }
}

uint32_t tg_stack_used(tg_span stack)
{
    const volatile uint8_t *at = stack.begin;
    while (at < stack.end && *at == TG_PAINT) {
        at++;
    }
    return (uint32_t)(stack.end - at);
}

uint32_t tg_arena_used(tg_span arena)
{
    const uint8_t *at = arena.end;
    while (at > arena.begin && at[-1] == TG_PAINT) {
        at--;
    }
    const uint32_t used = (uint32_t)(at - arena.begin);
    return (used + TG_ARENA_ALIGN - 1) / TG_ARENA_ALIGN * TG_ARENA_ALIGN;
}
