/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_STM32_WAIT_H
#define TINYGEN_STM32_WAIT_H

#include <stdint.h>

static inline void wait_for(volatile uint32_t *where, uint32_t mask, uint32_t value)
{
    while ((*where & mask) != value) {
    }
}

#endif
