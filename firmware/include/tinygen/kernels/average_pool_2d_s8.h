/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_AVERAGE_POOL_2D_S8_H
#define TINYGEN_KERNELS_AVERAGE_POOL_2D_S8_H

#include "tinygen/kernels/pool.h"

/* Mean of the int8 values in each window; padding does not count, halves round away
 * from zero.
 *
 * in   [batches][in_h][in_w][channels]
 * out  [batches][out_h][out_w][channels]; may overlap in as long as no value is written
 *      over one that this output pixel or a later one reads */
void tg_average_pool_2d_s8(const tg_pool_params *p, const int8_t *in, int8_t *out);

#endif
