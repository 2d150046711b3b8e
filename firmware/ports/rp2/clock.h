/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_RP2_CLOCK_H
#define TINYGEN_RP2_CLOCK_H

#define TG_CRYSTAL_HZ 12000000u /* what the boot ROM expects, and the Pico has */

/* Bring core and peripherals to TG_CLOCK_HZ. */
void tg_start_clocks(void);

/* Let blocks out of reset, and wait until they are. */
void tg_start_blocks(unsigned mask);

#endif
