/* SPDX-License-Identifier: Apache-2.0 */
/* What a port provides: the only way the runtime reaches hardware.
 *
 * A folder under firmware/ports has a port.c with the first four functions; Cortex-M
 * ports share the rest (firmware/ports/cortex_m). The build defines, from the board's
 * file:
 *
 *   TG_BOARD_ID     the board's id, not quoted
 *   TG_CLOCK_HZ     clock of the core after tg_port_init
 *   TG_COUNTER_HZ   rate of tg_port_counter; 0 where it counts core cycles; what
 *                   tg_port_counter_hz says unless the port has its own
 *   TG_SEMIHOSTING  1 where a debugger or emulator is there to take tg_port_exit */
#ifndef TINYGEN_PORT_H
#define TINYGEN_PORT_H

#include <stdint.h>

/* A piece of memory: [begin, end). */
typedef struct {
    uint8_t *begin;
    uint8_t *end;
} tg_span;

/* Bring clocks, link and counter up. It runs first, when .data and .bss do not exist yet,
 * so a port has no variables. */
void tg_port_init(void);

/* Wait, asleep where the core can, for one byte from the host. */
uint8_t tg_port_read_byte(void);

/* Take one byte from the host if one has come; -1 if none has. */
int tg_port_poll_byte(void);

/* Send one byte to the host; returns when the link has taken it. */
void tg_port_write_byte(uint8_t byte);

/* Read the free-running 32-bit up-counter; 0 at tg_port_init. */
uint32_t tg_port_counter(void);

/* Ticks of tg_port_counter in a second; 0 where it counts core cycles. */
uint32_t tg_port_counter_hz(void);

/* The memory reserved for the stack; it grows down from end. Bytes it never reached hold
 * TG_PAINT. */
tg_span tg_port_stack(void);

/* Start over, as after power-on. */
_Noreturn void tg_port_reset(void);

/* Leave the emulator with this exit status; does nothing without TG_SEMIHOSTING. */
void tg_port_exit(uint32_t status);

#endif
