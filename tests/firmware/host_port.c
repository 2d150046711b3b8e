/* A port for tests: the link is standard input and output, the counter counts its reads.
 */
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tinygen/port.h"

static uint8_t stack[64];
static uint32_t reads;

void tg_port_init(void)
{
}

int tg_port_poll_byte(void)
{
    struct pollfd link = {STDIN_FILENO, POLLIN, 0};
    return poll(&link, 1, 1) > 0 ? tg_port_read_byte() : -1;
}

uint8_t tg_port_read_byte(void)
{
    uint8_t byte;
    if (read(STDIN_FILENO, &byte, 1) != 1) {
        exit(0);
    }
    return byte;
}

void tg_port_write_byte(uint8_t byte)
{
    if (write(STDOUT_FILENO, &byte, 1) != 1) {
        exit(1);
    }
}

uint32_t tg_port_counter(void)
{
    return reads++ * 100;
}

uint32_t tg_port_counter_hz(void)
{
    return TG_COUNTER_HZ;
}

tg_span tg_port_stack(void)
{
    return (tg_span){stack, stack + sizeof stack};
}

_Noreturn void tg_port_reset(void)
{
    exit(3);
}

void tg_port_exit(uint32_t status)
{
    exit((int)status);
}
