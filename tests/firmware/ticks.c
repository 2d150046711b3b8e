/* A counter for programs that have no port: it counts its reads. */
#include "tinygen/port.h"

uint32_t tg_port_counter(void)
{
    static uint32_t now;
    return now++;
}
