/* SPDX-License-Identifier: Apache-2.0 */
/* ESP32 boards, which Espressif's own start-up, FreeRTOS and the Arduino core bring up:
 * the model is served by a task of our own, so that its stack can be measured. The build
 * defines TG_STACK_BYTES, what the model may use of it. */
#include "tinygen/port.h"

#include <stdbool.h>
#include <stddef.h>

#include "esp_system.h"
#include "framework.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "tinygen/watermark.h"

#define BAUD            115200u
#define FRAMEWORK_STACK 4096u /* interrupts' frames and the serial driver */
#define GUARD           64u   /* where FreeRTOS looks for the traces of an overflow */
#define OWN_FRAMES      256u  /* of what paints the stack while it stands on it */
#define PRIORITY        1     /* that of Arduino's own task */
#define MICROSECONDS_HZ 1000000u
#define SHORT_WHILE     2u /* microseconds */
#define SMALLEST_DELAY  1  /* tick: 1 ms, in which 12 bytes come */

int TG_MAIN(void);

uint8_t tg_task_stack[TG_STACK_BYTES + FRAMEWORK_STACK] __attribute__((aligned(16)));
static StaticTask_t task;
static bool counts_cycles;

/* Whether the core's cycle counter counts. */
static bool check_counter(void)
{
    const uint32_t began = tg_framework_microseconds(), before = tg_framework_cycles();
    while (tg_framework_microseconds() - began < SHORT_WHILE) {
    }
    return tg_framework_cycles() != before;
}

void tg_port_init(void)
{
    tg_framework_begin(BAUD);
    counts_cycles = check_counter();
}

tg_span tg_port_stack(void)
{
    return (tg_span){tg_task_stack + GUARD, tg_task_stack + sizeof tg_task_stack};
}

static void serve(void *unused)
{
    (void)unused;
    uint8_t *here = __builtin_frame_address(0);
    tg_paint((tg_span){tg_port_stack().begin, here - OWN_FRAMES});
    (void)TG_MAIN();
}

/* On this very core: each core has a cycle counter of its own. */
void tg_framework_start(void)
{
    tg_port_init();
    (void)xTaskCreateStaticPinnedToCore(serve, "tinygen", sizeof tg_task_stack, NULL,
                                        PRIORITY, (StackType_t *)tg_task_stack, &task,
                                        xPortGetCoreID());
}

int tg_port_poll_byte(void)
{
    return tg_framework_poll_byte();
}

uint8_t tg_port_read_byte(void)
{
    int byte;
    while ((byte = tg_framework_poll_byte()) < 0) {
        vTaskDelay(SMALLEST_DELAY);
    }
    return (uint8_t)byte;
}

void tg_port_write_byte(uint8_t byte)
{
    tg_framework_write_byte(byte);
}

uint32_t tg_port_counter(void)
{
    return counts_cycles ? tg_framework_cycles() : tg_framework_microseconds();
}

uint32_t tg_port_counter_hz(void)
{
    return counts_cycles ? 0 : MICROSECONDS_HZ;
}

_Noreturn void tg_port_reset(void)
{
    esp_restart();
}

void tg_port_exit(uint32_t status)
{
    (void)status; /* there is no emulator to leave */
}
