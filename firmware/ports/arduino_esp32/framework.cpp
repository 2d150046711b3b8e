/* SPDX-License-Identifier: Apache-2.0 */
/* The Arduino core's classes as C functions, and the two functions that it calls. */
#include "framework.h"

#include <Arduino.h>

#define RECEIVE_BYTES 2048 /* more than two whole frames */

void tg_framework_begin(uint32_t baud)
{
    disableCore0WDT();
    Serial.setRxBufferSize(RECEIVE_BYTES);
    Serial.begin(baud);
}

int tg_framework_poll_byte(void)
{
    return Serial.available() > 0 ? Serial.read() : -1;
}

void tg_framework_write_byte(uint8_t byte)
{
    Serial.write(byte);
}

uint32_t tg_framework_cycles(void)
{
    return ESP.getCycleCount();
}

uint32_t tg_framework_microseconds(void)
{
    return static_cast<uint32_t>(micros());
}

void setup()
{
    tg_framework_start();
}

void loop()
{
    delay(1000); /* all is done by the port's own task */
}
