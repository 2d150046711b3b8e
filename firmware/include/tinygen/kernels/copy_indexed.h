/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_COPY_INDEXED_H
#define TINYGEN_KERNELS_COPY_INDEXED_H

#include <stdint.h>

#include "tinygen/kernels/copy_strided.h"

/* Loops over the output, outermost first; one that is not needed has size 1. */
typedef struct {
    int32_t size[TG_COPY_DIMS];
    int32_t in_stride[TG_COPY_DIMS]; /* bytes from one input position to the next */
    int32_t
        index_at[TG_COPY_DIMS]; /* where its positions start in index; negative: all */
    int32_t run_bytes;          /* contiguous bytes at each position */
} tg_copy_indexed_params;

/* Copy chosen positions along some axes: nearest-neighbour resizing, gathering, mirrored
 * padding, of any element type.
 *
 * index  input positions, as index_at says
 * in     any alignment
 * out    any alignment, written front to back; must not overlap in */
void tg_copy_indexed(const tg_copy_indexed_params *p, const int32_t *index,
                     const void *in, void *out);

#endif
