/* SPDX-License-Identifier: Apache-2.0 */
/* Any Cortex-M with a cycle counter, behind a debug probe: the link is a pair of ring
 * buffers in RAM, which the debugger finds by their name and serves as a TCP socket
 * (SEGGER's Real Time Transfer; OpenOCD: "rtt server start"). It needs nothing of the
 * part: no pin, no UART, no clock tree; clocks stay as at reset. */
#include "tinygen/port.h"

#include "tinygen/cortex_m.h"
#include "tinygen/cycle_counter.h"

#define RING_BYTES    256u
#define NAME_BYTES    16u
#define WAIT_FOR_ROOM 2u /* the mode that debuggers show; it is what we do */

/* The layout that debuggers know. */
typedef struct {
    const char *name;
    uint8_t *bytes;
    uint32_t nbytes;
    volatile uint32_t write_at;
    volatile uint32_t read_at;
    uint32_t mode;
} ring;

static struct {
    char id[NAME_BYTES];
    int32_t up_count;
    int32_t down_count;
    ring up;
    ring down;
} control;
static uint8_t up_bytes[RING_BYTES];
static uint8_t down_bytes[RING_BYTES];

/* The name last and letter by letter: a debugger that looks for it finds it when all else
 * is there, and does not find it in flash. Done at the first byte, because .bss does not
 * exist yet in tg_port_init. */
static void start_link(void)
{
    control.up_count = 1;
    control.down_count = 1;
    control.up = (ring){"tinygen", up_bytes, RING_BYTES, 0, 0, WAIT_FOR_ROOM};
    control.down = (ring){"tinygen", down_bytes, RING_BYTES, 0, 0, WAIT_FOR_ROOM};
    static const char backwards[] = "TTR REGGES";
    volatile char *id = control.id;
    for (uint32_t n = sizeof backwards - 1; n > 0; n--) {
        id[n - 1] = backwards[sizeof backwards - 1 - n];
    }
}

static void require_link(void)
{
    if (control.up_count == 0) {
        start_link();
    }
}

void tg_port_init(void)
{
    tg_mask_interrupts();
    tg_start_cycle_counter();
}

uint8_t tg_port_read_byte(void)
{
    require_link();
    const uint32_t at = control.down.read_at;
    while (control.down.write_at == at) {
    }
    const uint8_t byte = *(volatile uint8_t *)&down_bytes[at];
    control.down.read_at = (at + 1) % RING_BYTES;
    return byte;
}

void tg_port_write_byte(uint8_t byte)
{
    require_link();
    const uint32_t at = control.up.write_at;
    const uint32_t next = (at + 1) % RING_BYTES;
    while (control.up.read_at == next) {
    }
    *(volatile uint8_t *)&up_bytes[at] = byte;
    control.up.write_at = next;
}

uint32_t tg_port_counter(void)
{
    return TG_DWT_CYCCNT;
}

uint32_t tg_port_counter_hz(void)
{
    return 0;
}
