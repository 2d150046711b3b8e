/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_STM32U5_CLOCK_H
#define TINYGEN_STM32U5_CLOCK_H

#define TG_HSI_HZ 16000000u /* RM0456, RCC: the internal oscillator HSI16, +-1 % */

/* Bring the core from its reset state (MSIS, 4 MHz) to TG_CLOCK_HZ. */
void tg_start_clocks(void);

#endif
