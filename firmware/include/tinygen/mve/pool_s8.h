/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_MVE_POOL_S8_H
#define TINYGEN_MVE_POOL_S8_H

#include "tinygen/kernels/pool.h"

/* Mean or largest of the int8 values in each window, 8 or 16 channels at a time.
 *
 * in   [batches][in_h][in_w][channels]    mean: windows of 255 values or less
 * out  [batches][out_h][out_w][channels]  may overlap in as long as no pixel is written
 * over one that this output pixel or a later one reads */
void tg_mve_average_pool_s8(const tg_pool_params *p, const int8_t *in, int8_t *out);
void tg_mve_max_pool_s8(const tg_pool_params *p, const int8_t *in, int8_t *out);

#endif
