/* SPDX-License-Identifier: Apache-2.0 */
/* What the two kinds of strips of depthwise_3x3_s8.h share: the way from channel to
 * channel, and what they compute in C, for hosts without the instructions. */
#ifndef TINYGEN_DSP_DEPTHWISE_STRIPS_H
#define TINYGEN_DSP_DEPTHWISE_STRIPS_H

#include "tinygen/dsp/depthwise_3x3_s8.h"
#include "tinygen/dsp/intrinsics.h"

#if TG_DSP

/* Go on at label 3 with the next channel, or free the stack. The address of the arguments
 * is on the stack; of those: 0 x, 4 out, 12 scale, 16 weights, 36 plane_bytes, 40
 * channels. */
#define TG_NEXT_CHANNEL(arguments, stack)                                                \
    "ldr r0, [sp, #" arguments "]\n"                                                     \
    "ldrd r3, r4, [r0, #36]\n"                                                           \
    "subs r4, r4, #1\n"                                                                  \
    "beq 4f\n"                                                                           \
    "str r4, [r0, #40]\n"                                                                \
    "ldrd r1, r2, [r0]\n"                                                                \
    "add r1, r1, r3\n"                                                                   \
    "add r2, r2, #1\n"                                                                   \
    "strd r1, r2, [r0]\n"                                                                \
    "ldrd r1, r2, [r0, #12]\n"                                                           \
    "add r1, r1, #12\n"                                                                  \
    "add r2, r2, #12\n"                                                                  \
    "strd r1, r2, [r0, #12]\n"                                                           \
    "b 3b\n"                                                                             \
    "4:\n"                                                                               \
    "add sp, sp, #" stack "\n"

#else

/* Output column n of the strip, from row x of a column pair. */
static inline int8_t tg_strip_output(const tg_depthwise_strips *s, const uint32_t *x,
                                     int n, int is_relu)
{
    int32_t sum = 0;
    for (int row = 0; row < 3; row++) {
        const int8_t *w = &s->weights[4 * row];
        const uint32_t left = x[row];
        const uint32_t right = x[row + TG_PLANE_ROWS];
        const int32_t values[4] = {tg_bottom(left), tg_top(left), tg_bottom(right),
                                   tg_top(right)};
        sum += values[n] * w[0] + values[n + 1] * w[1] + values[n + 2] * w[3];
    }
    if (is_relu) {
        sum += s->scale[0];
        return (int8_t)tg_ssat8(tg_smmlar(sum, s->scale[1], s->scale[2]) >> 3);
    }
    sum = 2 * sum + s->scale[0];
    const int32_t y = tg_smmlar(sum, s->scale[1], s->scale[2] >> 8);
    return (int8_t)tg_ssat8((y + (sum >> 31)) >> (s->scale[2] & 0xff));
}

static inline void tg_run_strips(tg_depthwise_strips *s, uint32_t stride, int columns,
                                 int is_relu)
{
    const uint32_t rows = s->x_bytes / (4 * stride);
    for (; s->channels > 0; s->channels--, s->out++, s->scale += 3, s->weights += 12) {
        for (uint32_t strip = 0; strip < s->strips + s->single; strip++) {
            const uint32_t *x = &s->x[strip * TG_PLANE_ROWS];
            int8_t *out = s->out + strip * s->strip_step;
            for (uint32_t row = 0; row < rows; row++) {
                for (int n = 0; n < (strip < s->strips ? columns : 1); n++) {
                    out[row * s->row_step + (uint32_t)n * s->out_step] =
                        tg_strip_output(s, &x[row * stride], n, is_relu);
                }
            }
        }
        s->x += s->plane_bytes / 4;
    }
}

#endif

#endif
