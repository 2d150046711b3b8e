/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tinygen/kernels/binary_s8.h"

#define COPIES 32

/* One row of n outputs; an input with step 0 repeats its one element. */
static void run_row(tg_binary_s8 kernel, const tg_binary_params *p, const int32_t *level,
                    const int8_t *in0, const int8_t *in1, int8_t *out)
{
    const int32_t n = level[0];
    if (level[1] == 1 && level[2] == 1) {
        kernel(p, in0, in1, n, out);
        return;
    }
    int8_t copies[COPIES];
    memset(copies, level[1] == 0 ? *in0 : *in1, sizeof copies);
    for (int32_t i = 0; i < n; i += COPIES) {
        const int32_t count = n - i < COPIES ? n - i : COPIES;
        kernel(p, level[1] == 0 ? copies : &in0[i], level[2] == 0 ? copies : &in1[i],
               count, &out[i]);
    }
}

void tg_broadcast_s8(tg_binary_s8 kernel, const tg_binary_params *p,
                     const int32_t *levels, int32_t level_count, const int8_t *in0,
                     const int8_t *in1, int8_t *out)
{
    const int32_t *row = &levels[3 * (level_count - 1)];
    int32_t turn[TG_BROADCAST_LEVELS] = {0};
    int32_t at0 = 0;
    int32_t at1 = 0;
    int32_t changed = 0;
    do {
        run_row(kernel, p, row, &in0[at0], &in1[at1], out);
        out += row[0];
        /* Take the next turn of the innermost loop that has one left. */
        for (changed = level_count - 2; changed >= 0; changed--) {
            const int32_t *level = &levels[3 * changed];
            at0 += level[1];
            at1 += level[2];
            if (++turn[changed] < level[0]) {
                break;
            }
            turn[changed] = 0;
            at0 -= level[0] * level[1];
            at1 -= level[0] * level[2];
        }
    } while (changed >= 0);
}
