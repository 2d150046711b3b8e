/* SPDX-License-Identifier: Apache-2.0 */
/* Find out how much of a memory was used: paint it, run, look for paint. */
#ifndef TINYGEN_WATERMARK_H
#define TINYGEN_WATERMARK_H

#include "tinygen/port.h"

#define TG_PAINT 0xC5 /* neither an instruction that matters nor a common int8 value */

/* Fill a memory with paint. */
void tg_paint(tg_span memory);

/* Bytes used by a stack: from its first byte that is not paint to its end. */
uint32_t tg_stack_used(tg_span stack);

/* Buffers of an arena begin at multiples of so many bytes; arenas end there, too. */
#define TG_ARENA_ALIGN 16u

/* Bytes used by an arena: from its begin to its last TG_ARENA_ALIGN that are not all
 * paint.
 */
uint32_t tg_arena_used(tg_span arena);

#endif
