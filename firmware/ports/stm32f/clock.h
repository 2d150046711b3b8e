/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_STM32F_CLOCK_H
#define TINYGEN_STM32F_CLOCK_H

/* Buses of the peripherals: what every part of the family allows at its rated clock. */
#define TG_APB1_HZ (TG_CLOCK_HZ / 4u)
#define TG_APB2_HZ (TG_CLOCK_HZ / 2u)

/* Bring the core to TG_CLOCK_HZ. An emulator without clocks, whose RCC_CR is 0 from
 * the start, is left as it is. */
void tg_start_clocks(void);

#endif
