/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_COPY_STRIDED_H
#define TINYGEN_KERNELS_COPY_STRIDED_H

#include <stdint.h>

#define TG_COPY_DIMS 5

/* Loops outermost first; one that is not needed has size 1. */
typedef struct {
    int32_t size[TG_COPY_DIMS];
    int32_t in_stride[TG_COPY_DIMS];  /* bytes; negative walks back, 0 repeats */
    int32_t out_stride[TG_COPY_DIMS]; /* bytes */
    int32_t in_start, out_start;      /* bytes */
    int32_t run_bytes; /* contiguous bytes that the innermost step copies */
} tg_copy_strided_params;

/* Copy between two strided views of any element type: what PAD, CONCATENATION, SPLIT,
 * TRANSPOSE, slices and their like come down to.
 *
 * in   any alignment
 * out  any alignment; must not overlap in; bytes outside the view are kept */
void tg_copy_strided(const tg_copy_strided_params *p, const void *in, void *out);

#endif
