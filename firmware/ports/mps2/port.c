/* SPDX-License-Identifier: Apache-2.0 */
/* Arm's MPS2 FPGA images: CMSDK UART and timer (Arm DDI0479, sections 4.3 and 4.2).
 * The build defines TG_UART_BASE, TG_UART_IRQ and TG_TIMER_BASE. */
#include "tinygen/port.h"

#include "tinygen/cortex_m.h"

#define UART_DATA     TG_REGISTER(TG_UART_BASE + 0x00u)
#define UART_STATE    TG_REGISTER(TG_UART_BASE + 0x04u)
#define UART_CTRL     TG_REGISTER(TG_UART_BASE + 0x08u)
#define UART_INTCLEAR TG_REGISTER(TG_UART_BASE + 0x0Cu)
#define UART_BAUDDIV  TG_REGISTER(TG_UART_BASE + 0x10u)

#define STATE_TX_FULL     0x1u
#define STATE_RX_FULL     0x2u
#define CTRL_TX           0x1u
#define CTRL_RX           0x2u
#define CTRL_RX_INTERRUPT 0x8u
#define INTCLEAR_RX       0x2u
#define BAUDDIV_SMALLEST  16u

#define MEGABYTE_LOG2         20u
#define MPU_NO_EXECUTE        (1u << 28) /* with no access at all: AP is 0 */
#define MPU_SIZE(log2)        (((log2) - 1u) << 1)
#define MPU_REGION_ENABLE     1u
#define MPU_DEFAULT_ELSEWHERE 4u
#define MPU_ENABLE            1u

#define TIMER_CTRL   TG_REGISTER(TG_TIMER_BASE + 0x00u)
#define TIMER_VALUE  TG_REGISTER(TG_TIMER_BASE + 0x04u)
#define TIMER_RELOAD TG_REGISTER(TG_TIMER_BASE + 0x08u)

/* On the images with an ARMv7-M core, what lies below RAM takes writes and reads as zero:
 * an overflowing stack would go on with wrong numbers. Forbid the megabyte below it;
 * newer cores have a stack limit register. */
static void guard_stack(void)
{
#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__)
    const uintptr_t limit = (uintptr_t)tg_port_stack().begin;
    TG_MPU_RBAR = limit - (UINT32_C(1) << MEGABYTE_LOG2);
    TG_MPU_RASR = MPU_NO_EXECUTE | MPU_SIZE(MEGABYTE_LOG2) | MPU_REGION_ENABLE;
    TG_MPU_CTRL = MPU_DEFAULT_ELSEWHERE | MPU_ENABLE;
    tg_barrier();
#endif
}

void tg_port_init(void)
{
    tg_mask_interrupts();
    guard_stack();
    TIMER_RELOAD = UINT32_MAX;
    TIMER_VALUE = UINT32_MAX;
    TIMER_CTRL = 1;
    UART_BAUDDIV = BAUDDIV_SMALLEST;
    UART_CTRL = CTRL_TX | CTRL_RX | CTRL_RX_INTERRUPT;
    tg_enable_wake_up(TG_UART_IRQ);
}

int tg_port_poll_byte(void)
{
    return (UART_STATE & STATE_RX_FULL) != 0 ? (uint8_t)UART_DATA : -1;
}

uint8_t tg_port_read_byte(void)
{
    while ((UART_STATE & STATE_RX_FULL) == 0) {
        tg_sleep();
        UART_INTCLEAR = INTCLEAR_RX;
        tg_clear_wake_up(TG_UART_IRQ);
    }
    return (uint8_t)UART_DATA;
}

void tg_port_write_byte(uint8_t byte)
{
    while ((UART_STATE & STATE_TX_FULL) != 0) {
    }
    UART_DATA = byte;
}

uint32_t tg_port_counter(void)
{
    return UINT32_MAX - TIMER_VALUE; /* it counts down */
}
