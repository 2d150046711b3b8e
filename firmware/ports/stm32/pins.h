/* SPDX-License-Identifier: Apache-2.0 */
/* Pins of any STM32 since the F2: the registers are the same, their base is not.
 *
 * The including file defines GPIO_BASE. A pin is port * 16 + number: PD8 is 0x38. */
#ifndef TINYGEN_STM32_PINS_H
#define TINYGEN_STM32_PINS_H

#include "tinygen/cortex_m.h"

#define GPIO(pin, offset) TG_REGISTER(GPIO_BASE + 0x400u * ((pin) / 16u) + (offset))
#define GPIO_MODER(pin)   GPIO(pin, 0x00u)
#define GPIO_PUPDR(pin)   GPIO(pin, 0x0Cu)
#define GPIO_AFR(pin)     GPIO(pin, 0x20u + 4u * ((pin) % 16u / 8u))

#define MODE_ALTERNATE 2u
#define PULL_UP        1u

/* Give a pin to a peripheral; pulled up, so that an open line is an idle one. */
static inline void tg_give_pin(uint32_t pin, uint32_t function)
{
    const uint32_t two = pin % 16 * 2, four = pin % 8 * 4;
    GPIO_AFR(pin) = (GPIO_AFR(pin) & ~(15u << four)) | function << four;
    GPIO_PUPDR(pin) = (GPIO_PUPDR(pin) & ~(3u << two)) | PULL_UP << two;
    GPIO_MODER(pin) = (GPIO_MODER(pin) & ~(3u << two)) | MODE_ALTERNATE << two;
}

#endif
