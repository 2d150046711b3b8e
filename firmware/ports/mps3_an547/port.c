/* SPDX-License-Identifier: Apache-2.0 */
/* Arm's MPS3 FPGA image AN547 (Cortex-M55): CMSDK UART0 and the SSE-300 system counter.
 */
#include "tinygen/port.h"

/* Secure aliases; Arm AN547 and SSE-300 TRM (101773). */
#define TG_UART_BASE 0x59303000u
#define TG_UART_IRQ  33u
#include "../cmsdk/uart.h"

#define COUNTER_CONTROL TG_REGISTER(0x58100000u)
#define COUNTER_LOW     TG_REGISTER(0x58000000u)

void tg_port_init(void)
{
    tg_mask_interrupts();
    COUNTER_CONTROL = 1;
    tg_cmsdk_start();
}

uint32_t tg_port_counter(void)
{
    return COUNTER_LOW;
}
