/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up of any Cortex-M: vectors, memory, faults; the part of port.h all of them
 * share. */
#include <stddef.h>

#include "tinygen/cortex_m.h"
#include "tinygen/port.h"
#include "tinygen/protocol.h"
#include "tinygen/watermark.h"

/* Set by the linker script. */
extern uint8_t __stack_limit[], __stack_top[];
extern uint32_t __data_start[], __data_end[], __bss_start[], __bss_end[];
extern const uint32_t __data_load[];
typedef void (*tg_handler)(void);
extern const tg_handler __init_array_start[], __init_array_end[];

/* Memory outside .bss that starts as 0, too: parts of the arena. */
typedef struct {
    uint32_t *begin;
    uint32_t *end;
} tg_words;
extern const tg_words __zeroed_start[], __zeroed_end[];

int main(void);
void Reset_Handler(void);
void tg_start_up(void);
void tg_fault_handler(void);
void tg_report_fault(const uint32_t *frame, uint32_t exception_return);

/* Interrupts are masked, so the table ends with the core's own exceptions. */
__attribute__((section(".vectors"), used)) static const tg_handler vectors[16] = {
    (tg_handler)(uintptr_t)__stack_top,
    Reset_Handler,
    tg_fault_handler, /* NMI */
    tg_fault_handler, /* HardFault; with interrupts masked, all faults come here */
    tg_fault_handler,
    tg_fault_handler,
    tg_fault_handler,
    tg_fault_handler, /* SecureFault */
    NULL,
    NULL,
    NULL,
    tg_fault_handler, /* SVCall */
    tg_fault_handler, /* DebugMonitor */
    NULL,
    tg_fault_handler, /* PendSV */
    tg_fault_handler, /* SysTick */
};

_Static_assert(TG_PAINT == 0xC5, "Reset_Handler has the paint as a literal");

/* Before the compiler's code runs: the stack's limit, the paint on it, and the unit that
 * any function may use. Thumb-1 where an M0 must understand it. */
__attribute__((naked, used)) void Reset_Handler(void)
{
    __asm volatile("ldr r0, =__stack_limit\n"
#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
                   "msr msplim, r0\n"
#endif
                   "ldr r1, =__stack_top\n"
                   "mov sp, r1\n"
                   "ldr r2, =0xC5C5C5C5\n"
                   "1: stmia r0!, {r2}\n"
                   "cmp r0, r1\n"
                   "bcc 1b\n"
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
                   "ldr r0, =0xE000ED88\n" /* CPACR: full access to CP10 and CP11 */
                   "ldr r1, [r0]\n"
                   "orr r1, r1, #0xF00000\n"
                   "str r1, [r0]\n"
                   "dsb\n"
                   "isb\n"
#endif
                   "bl tg_start_up\n");
}

__attribute__((used)) void tg_start_up(void)
{
#if !defined(__ARM_ARCH_6M__)
    TG_SCB_VTOR = (uint32_t)(uintptr_t)vectors; /* a boot loader may have had its own */
#endif
    tg_port_init();
    const uint32_t *from = __data_load;
    for (uint32_t *to = __data_start; to < __data_end; to++, from++) {
        *to = *from;
    }
    for (uint32_t *to = __bss_start; to < __bss_end; to++) {
        *to = 0;
    }
#if defined(TG_ZEROES_MORE)
    for (const tg_words *more = __zeroed_start; more < __zeroed_end; more++) {
        for (uint32_t *to = more->begin; to < more->end; to++) {
            *to = 0;
        }
    }
#endif
    for (const tg_handler *call = __init_array_start; call < __init_array_end; call++) {
        (*call)();
    }
    main();
    tg_port_reset();
}

__attribute__((weak)) uint32_t tg_port_counter_hz(void)
{
    return TG_COUNTER_HZ;
}

tg_span tg_port_stack(void)
{
    return (tg_span){__stack_limit, __stack_top};
}

_Noreturn void tg_port_reset(void)
{
    tg_barrier();
    TG_SCB_AIRCR = 0x05FA0004u; /* key, SYSRESETREQ */
    for (;;) {
        tg_barrier();
    }
}

/* Semihosting's SYS_EXIT_EXTENDED; without a debugger bkpt would be a fault. */
void tg_port_exit(uint32_t status)
{
#if TG_SEMIHOSTING
    const uint32_t block[2] = {0x20026u, status}; /* ADP_Stopped_ApplicationExit */
    register uint32_t r0 __asm("r0") = 0x20;
    register const uint32_t *r1 __asm("r1") = block;
    __asm volatile("bkpt 0xAB" : : "r"(r0), "r"(r1) : "memory");
#else
    (void)status;
#endif
}

/* Faults end here with the core's state on the old stack. That stack may have overflowed,
 * so the report runs on a fresh one: near the top where nothing lies that it reads,
 * unless the frame itself is there. */
__attribute__((naked, used)) void tg_fault_handler(void)
{
    __asm volatile("mov r0, sp\n"
                   "mov r1, lr\n"
#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
                   "movs r2, #0\n"
                   "msr msplim, r2\n"
#endif
                   "ldr r2, =__stack_limit + 384\n"
                   "cmp r0, r2\n"
                   "bhs 1f\n"
                   "ldr r2, =__stack_top\n"
                   "mov sp, r2\n"
                   "1: bl tg_report_fault\n");
}

/* Tell the host what stopped the core, and start over. */
__attribute__((used)) void tg_report_fault(const uint32_t *frame,
                                           uint32_t exception_return)
{
    const tg_span stack = tg_port_stack();
    const uint8_t *sp = (const uint8_t *)frame;
    const uint32_t is_stacked = sp >= stack.begin && sp + 32 <= stack.end;
    uint32_t ipsr;
    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
    const uint32_t state[] = {
        ipsr,
        is_stacked ? frame[6] : 0, /* pc */
        is_stacked ? frame[5] : 0, /* lr */
        (uint32_t)(uintptr_t)frame,
        (uint32_t)(uintptr_t)stack.begin,
        exception_return,
#if defined(__ARM_ARCH_6M__)
        0,
        0,
        0,
#else
        TG_SCB_CFSR,
        TG_SCB_MMFAR,
        TG_SCB_BFAR,
#endif
    };
    tg_frame report = {.type = TG_FAULT, .nbytes = sizeof state};
    tg_send(&report, state);
    tg_port_reset();
}

#if defined(__ARM_EABI__)
/* libgcc's 64-bit division names the unwinder, 2 KB of it; nothing here unwinds. */
__attribute__((weak, used)) void __aeabi_unwind_cpp_pr0(void);
void __aeabi_unwind_cpp_pr0(void)
{
}
#endif
