/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include "tinygen/port.h"

#define MOST_MILLI 4000000000.0f

void tg_say(const char *text)
{
    for (; *text != '\0'; text++) {
        tg_port_write_byte((uint8_t)*text);
    }
}

void tg_say_number(uint32_t number)
{
    char digits[11];
    char *at = digits + sizeof digits - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    tg_say(at);
}

void tg_say_hex(uint8_t byte)
{
    const char *digits = "0123456789abcdef";
    const char text[3] = {digits[byte >> 4], digits[byte & 15], '\0'};
    tg_say(text);
}

void tg_say_decimals(float number)
{
    float milli = number * 1000.0f;
    if (milli < 0) {
        tg_say("-");
        milli = -milli;
    }
    const uint32_t rounded = (uint32_t)((milli < MOST_MILLI ? milli : MOST_MILLI) + 0.5f);
    tg_say_number(rounded / 1000);
    tg_say(rounded % 1000 < 10 ? ".00" : rounded % 1000 < 100 ? ".0" : ".");
    tg_say_number(rounded % 1000);
}

int32_t tg_hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    const char small = (char)(digit | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

uint32_t tg_read_number(const char *text)
{
    uint32_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        const uint32_t digit = (uint32_t)(*text - '0');
        number = number > (UINT32_MAX - digit) / 10 ? UINT32_MAX : number * 10 + digit;
    }
    return number;
}
