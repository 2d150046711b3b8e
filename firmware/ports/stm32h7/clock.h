/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_STM32H7_CLOCK_H
#define TINYGEN_STM32H7_CLOCK_H

#define TG_HSI_HZ 64000000u /* RM0433, RCC: the internal oscillator, +-1 % */

/* Bring the core from its reset state (64 MHz) to TG_CLOCK_HZ. */
void tg_start_clocks(void);

#endif
