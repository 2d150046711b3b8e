/* SPDX-License-Identifier: Apache-2.0 */
/* The few registers of a Cortex-M that ports use; names and addresses as in Arm's
 * Architecture Reference Manuals (DDI0403, DDI0553). */
#ifndef TINYGEN_CORTEX_M_H
#define TINYGEN_CORTEX_M_H

#include <stdint.h>

#ifndef TG_REGISTER /* tests put their own registers here */
#define TG_REGISTER(address) (*(volatile uint32_t *)(address))
#endif

#define TG_NVIC_ISER(word) TG_REGISTER(0xE000E100u + 4u * (word)) /* enable */
#define TG_NVIC_ICPR(word) TG_REGISTER(0xE000E280u + 4u * (word)) /* clear pending */
#define TG_SCB_VTOR        TG_REGISTER(0xE000ED08u)
#define TG_SCB_AIRCR       TG_REGISTER(0xE000ED0Cu)
#define TG_SCB_CCR         TG_REGISTER(0xE000ED14u)
#define TG_SCB_CFSR        TG_REGISTER(0xE000ED28u)
#define TG_SCB_HFSR        TG_REGISTER(0xE000ED2Cu)
#define TG_SCB_MMFAR       TG_REGISTER(0xE000ED34u)
#define TG_SCB_BFAR        TG_REGISTER(0xE000ED38u)
#define TG_MPU_CTRL        TG_REGISTER(0xE000ED94u) /* ARMv7-M's MPU; region 0 is selected */
#define TG_MPU_RBAR        TG_REGISTER(0xE000ED9Cu)
#define TG_MPU_RASR        TG_REGISTER(0xE000EDA0u)

/* Instructions of an Arm core; nothing where tests run a port on another one. */
#if defined(__arm__)
#define TG_INSTRUCTION(text) __asm volatile(text ::: "memory")
#else
#define TG_INSTRUCTION(text) ((void)0)
#endif

/* Interrupts stay masked for ever: they only end a sleep, so no handler is needed. */
static inline void tg_mask_interrupts(void)
{
    TG_INSTRUCTION("cpsid i");
}

static inline void tg_enable_wake_up(uint32_t interrupt)
{
    TG_NVIC_ISER(interrupt / 32) = UINT32_C(1) << (interrupt % 32);
}

/* Sleep until an enabled interrupt is pending. */
static inline void tg_sleep(void)
{
    TG_INSTRUCTION("wfi");
}

static inline void tg_clear_wake_up(uint32_t interrupt)
{
    TG_NVIC_ICPR(interrupt / 32) = UINT32_C(1) << (interrupt % 32);
}

static inline void tg_barrier(void)
{
    TG_INSTRUCTION("dsb\n isb");
}

#endif
