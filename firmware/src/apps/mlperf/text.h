/* SPDX-License-Identifier: Apache-2.0 */
/* Text to the host, without printf: it alone would be larger than all of the runtime. */
#ifndef TINYGEN_MLPERF_TEXT_H
#define TINYGEN_MLPERF_TEXT_H

#include <stdint.h>

/* Send text up to its NUL. */
void tg_say(const char *text);

/* Send a number in decimal. */
void tg_say_number(uint32_t number);

/* Send two hexadecimal digits. */
void tg_say_hex(uint8_t byte);

/* Send a finite number with three decimals, rounded to nearest, as printf's %0.3f does;
 * beyond +-4 million it is cut. */
void tg_say_decimals(float number);

/* Return the value of a hexadecimal digit, -1 when it is none. */
int32_t tg_hex_digit(char digit);

/* Return the number that text begins with, 0 when it begins with none; saturated. */
uint32_t tg_read_number(const char *text);

#endif
