/* The chip: commands of JESD216, timing of a Winbond W25Q128JV (tRES1 3 us at 25 MHz). */
#include "nor_chip.h"

#include <stdio.h>
#include <stdlib.h>

#include "tinygen/port.h"

enum { WAKE_TICKS = 75, DESELECT_TICKS = 2 };

static nor_faults f;
uint32_t nor_now;
uint32_t nor_is_selected;
static uint32_t deselected_at, position, command, address, bytes_read;
static uint32_t is_awake, awake_at;

void nor_require(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "the chip saw %s\n", what);
        abort();
    }
}

uint32_t tg_port_counter(void)
{
    return nor_now++;
}

void nor_reset(const nor_faults *faults)
{
    f = *faults;
    nor_is_selected = is_awake = bytes_read = 0;
    nor_reset_bus();
    nor_now = deselected_at = 0;
}

static uint8_t data(void)
{
    const uint32_t at = address++;
    const int is_lost = f.is_absent || bytes_read++ >= f.vanish_after;
    uint8_t byte = at < f.nbytes && !is_lost ? f.content[at] : 0xFF;
    if (at == f.flip_at && f.flip_times > 0) {
        f.flip_times--;
        byte ^= 1;
    }
    return byte;
}

uint8_t nor_shift(uint8_t out)
{
    static const uint8_t id[3] = {0xEF, 0x40, 0x18};
    const int is_busy = nor_now < f.busy_ticks;
    const uint32_t n = position++;
    if (n == 0) {
        command = out;
        address = 0;
        nor_require(out == 0xAB || f.is_absent ||
                        (is_awake && nor_now - awake_at >= WAKE_TICKS),
                    "a command before it was awake");
        nor_require(!is_busy || out == 0x05 || out == 0xAB || out == 0x9F,
                    "a read while it was busy");
        return 0xFF;
    }
    if (f.is_absent) {
        return 0xFF;
    }
    switch (command) {
    case 0x9F:
        return id[(n - 1) % 3];
    case 0x05:
        return is_busy ? 1 : 0;
    case 0x0B:
        if (n <= 3) {
            address = address << 8 | out;
        }
        return n < 5 ? 0xFF : data();
    default:
        nor_require(0, "an unknown command");
        return 0;
    }
}

void nor_select(uint32_t value)
{
    if (nor_is_selected && !value) {
        if (command == 0xAB && position > 0 && !is_awake) {
            is_awake = 1;
            awake_at = nor_now;
        }
        deselected_at = nor_now;
    }
    if (!nor_is_selected && value) {
        nor_require(nor_now - deselected_at >= DESELECT_TICKS || nor_now < DESELECT_TICKS,
                    "too short a time between commands");
        position = 0;
    }
    nor_is_selected = value;
}
