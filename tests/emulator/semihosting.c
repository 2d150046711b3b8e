/* Run a generated model in QEMU: inputs from a file, outputs and costs to files. */
#include <stddef.h>
#include <stdint.h>

#include "model.h"

extern uint32_t __stack_top, __bss_start, __bss_end, __data_start, __data_end,
    __data_load;
#define REG(address) (*(volatile uint32_t *)(address))

int main(void);
void reset(void);
void fault(void);

static int host(uint32_t operation, const void *block)
{
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = block;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return (int)r0;
}

static void leave(uint32_t code)
{
    const uint32_t block[2] = {0x20026, code};
    host(0x20, block);
    for (;;) {
    }
}

static uint32_t open_file(const char *name, uint32_t length, uint32_t mode)
{
    const uint32_t block[3] = {(uint32_t)name, mode, length};
    return (uint32_t)host(0x01, block);
}

static uint32_t bytes_left(uint32_t operation, uint32_t file, const void *data,
                           uint32_t size)
{
    const uint32_t block[3] = {file, (uint32_t)data, size};
    return (uint32_t)host(operation, block);
}

void fault(void)
{
    leave(99);
}

typedef union {
    uint32_t *stack;
    void (*handler)(void);
} vector;

__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    {.stack = &__stack_top}, {.handler = reset}, {.handler = fault}, {.handler = fault},
    {.handler = fault},      {.handler = fault}, {.handler = fault}, {.handler = fault},
};

__attribute__((noreturn)) void reset(void)
{
    /* Before anything else: the compiler may use FPU or MVE registers anywhere. */
    REG(0xE000ED88) |= 0xF00000;
    __asm volatile("dsb\n isb" ::: "memory");
    for (uint32_t *to = &__data_start, *from = &__data_load; to < &__data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *p = &__bss_start; p < &__bss_end; p++) {
        *p = 0;
    }
    leave((uint32_t)main());
    __builtin_unreachable();
}

int main(void)
{
    static uint32_t ticks[MODEL_OP_COUNT + 1];
    const uint32_t in = open_file("in", 2, 1);
    const uint32_t out = open_file("out", 3, 5);
    const uint32_t cost = open_file("cost", 4, 5);
    TIMER_START;
    for (;;) {
        for (int n = 0; n < MODEL_INPUT_COUNT; n++) {
            if (bytes_left(0x06, in, model_inputs[n].data, model_inputs[n].nbytes) != 0) {
                return n == 0 ? 0 : 2;
            }
        }
        for (int n = 0; n < MODEL_OP_COUNT; n++) {
            const uint32_t before = TIMER_NOW;
            if (model_ops[n]() != TG_OK) {
                return 10 + n;
            }
            ticks[n] = TIMER_NOW - before;
        }
        bytes_left(0x05, cost, ticks, 4 * MODEL_OP_COUNT);
        for (int n = 0; n < MODEL_OUTPUT_COUNT; n++) {
            bytes_left(0x05, out, model_outputs[n].data, model_outputs[n].nbytes);
        }
    }
}
