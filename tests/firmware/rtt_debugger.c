/* SPDX-License-Identifier: Apache-2.0 */
/* A debugger for the port rtt: finds the buffers in memory, and sends back what comes. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* No register is there; what is written to one goes nowhere. */
static volatile uint32_t nowhere;
#define TG_REGISTER(address) (*((void)(address), &nowhere))

#include "port.c" /* a debugger sees the port's memory, too */

#define COUNT 5000u

tg_span tg_port_stack(void)
{
    return (tg_span){NULL, NULL};
}

static void *echo(void *unused)
{
    (void)unused;
    for (uint32_t n = 0; n < COUNT; n++) {
        while (control.up.read_at == control.up.write_at) {
        }
        const uint8_t byte = control.up.bytes[control.up.read_at];
        control.up.read_at = (control.up.read_at + 1) % control.up.nbytes;
        const uint32_t at = control.down.write_at;
        while ((at + 1) % control.down.nbytes == control.down.read_at) {
        }
        control.down.bytes[at] = byte;
        control.down.write_at = (at + 1) % control.down.nbytes;
    }
    return NULL;
}

int main(void)
{
    if (memcmp(control.id, "SEGGER RTT", 10) == 0) {
        return 1; /* before the link starts there is nothing to find */
    }
    tg_port_write_byte(0);
    if (memcmp(control.id, "SEGGER RTT\0\0\0\0\0\0", 16) != 0 || control.up_count != 1) {
        return 2;
    }
    pthread_t debugger;
    pthread_create(&debugger, NULL, echo, NULL);
    for (uint32_t n = 0; n < COUNT; n++) {
        if (n + 1 < COUNT) {
            tg_port_write_byte((uint8_t)((n + 1) * 7));
        }
        if (tg_port_read_byte() != (uint8_t)(n * 7)) {
            return 3;
        }
    }
    pthread_join(debugger, NULL);
    puts("echoed");
    return 0;
}
