/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/move_rows.h"

#include <string.h>

#define BLOCK 16U

/* Blocks are read before they are written, front to back, so nothing is lost. */
void tg_move_rows(void *to, const void *from, uint32_t nbytes)
{
    const uint8_t *source = from;
    uint8_t *target = to;
    for (; nbytes >= BLOCK; nbytes -= BLOCK, source += BLOCK, target += BLOCK) {
        uint32_t words[BLOCK / 4];
        memcpy(words, source, BLOCK);
        memcpy(target, words, BLOCK);
    }
    for (; nbytes > 0; nbytes--) {
        *target++ = *source++;
    }
}
