/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_STM32_WAIT_H
#define TINYGEN_STM32_WAIT_H

#include <stdint.h>

static inline void wait_for(volatile uint32_t *where, uint32_t mask, uint32_t value)
{
    while ((*where & mask) != value) {
    }
}

/* Set a flash interface's wait states and wait until it counts them. One that reads as 0
 * afterwards is not there: an emulator's. */
static inline void set_wait_states(volatile uint32_t *acr, uint32_t value)
{
    *acr = value;
    while ((*acr & 15u) != (value & 15u) && *acr != 0) {
    }
}

#endif
