/* SPDX-License-Identifier: Apache-2.0 */
/* Arm's MPS2 FPGA images: CMSDK UART and timer (Arm DDI0479, sections 4.3 and 4.2).
 * The build defines TG_UART_BASE, TG_UART_IRQ and TG_TIMER_BASE. */
#include "tinygen/port.h"

#include "tinygen/cortex_m.h"

#include "../cmsdk/uart.h"

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
    tg_cmsdk_start();
}

uint32_t tg_port_counter(void)
{
    return UINT32_MAX - TIMER_VALUE; /* it counts down */
}
