/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_MOVE_ROWS_H
#define TINYGEN_KERNELS_MOVE_ROWS_H

#include <stdint.h>

/* Move the rows of a band that are still needed to the band's start.
 *
 * to    before from; the two may overlap */
void tg_move_rows(void *to, const void *from, uint32_t nbytes);

#endif
