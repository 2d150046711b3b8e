/* SPDX-License-Identifier: Apache-2.0 */
/* What the port takes from the Arduino core, which is C++. */
#ifndef TINYGEN_ARDUINO_FRAMEWORK_H
#define TINYGEN_ARDUINO_FRAMEWORK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Open the serial port of the board's USB bridge, and turn off the watchdog that would
 * bite in an inference of more than five seconds. */
void tg_framework_begin(uint32_t baud);

/* Take one byte from the host if one has come; -1 if none has. */
int tg_framework_poll_byte(void);

/* Send one byte; returns when the serial port's buffer has taken it. */
void tg_framework_write_byte(uint8_t byte);

/* Cycles of the core that runs this, modulo 2^32. */
uint32_t tg_framework_cycles(void);

/* Microseconds, modulo 2^32. */
uint32_t tg_framework_microseconds(void);

/* The port's: start all; the Arduino core calls it once, in its setup(). */
void tg_framework_start(void);

#ifdef __cplusplus
}
#endif

#endif
