/* The chip: commands of JESD216, timing of a Winbond W25Q128JV (tRES1 3 us at 25 MHz). */
#include "nor_chip.h"

#include <stdio.h>
#include <stdlib.h>

#include "tinygen/port.h"

enum { DEPTH = 8, WAKE_TICKS = 75, LEAST_PRESCALER = 2, DESELECT_TICKS = 2 };

static nor_faults f;
static uint32_t now, prescaler, is_enabled;
static uint8_t fifo[DEPTH];
static uint32_t fifo_count;
static uint32_t is_selected, deselected_at, position, command, address, bytes_read;
static uint32_t is_awake, awake_at;

static void require(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "the chip saw %s\n", what);
        abort();
    }
}

uint32_t tg_port_counter(void)
{
    return now++;
}

void nor_reset(const nor_faults *faults)
{
    f = *faults;
    fifo_count = is_selected = is_awake = bytes_read = 0;
    now = deselected_at = 0;
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

static uint8_t answer(uint8_t out)
{
    static const uint8_t id[3] = {0xEF, 0x40, 0x18};
    const int is_busy = now < f.busy_ticks;
    const uint32_t n = position++;
    if (n == 0) {
        command = out;
        address = 0;
        require(out == 0xAB || f.is_absent || (is_awake && now - awake_at >= WAKE_TICKS),
                "a command before it was awake");
        require(!is_busy || out == 0x05 || out == 0xAB || out == 0x9F,
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
        require(0, "an unknown command");
        return 0;
    }
}

static void set_selected(uint32_t value)
{
    if (is_selected && !value) {
        if (command == 0xAB && position > 0 && !is_awake) {
            is_awake = 1;
            awake_at = now;
        }
        deselected_at = now;
    }
    if (!is_selected && value) {
        require(now - deselected_at >= DESELECT_TICKS || now < DESELECT_TICKS,
                "too short a time between commands");
        position = 0;
    }
    is_selected = value;
}

uint32_t nor_read(uintptr_t at)
{
    now++;
    if (at == NOR_SSP + 0x0C) {
        return (fifo_count < DEPTH ? 2u : 0u) | (fifo_count > 0 ? 4u : 0u);
    }
    if (at == NOR_SSP + 0x08) {
        require(fifo_count > 0, "a read of an empty FIFO");
        const uint8_t byte = fifo[0];
        fifo_count--;
        for (uint32_t n = 0; n < fifo_count; n++) {
            fifo[n] = fifo[n + 1];
        }
        return byte;
    }
    return is_selected ? 0 : NOR_SELECT_BIT;
}

void nor_write(uintptr_t at, uint32_t value)
{
    now++;
    if (at == NOR_SELECT) {
        set_selected((value & NOR_SELECT_BIT) == 0);
    } else if (at == NOR_SSP + 0x04) {
        is_enabled = value & 2;
    } else if (at == NOR_SSP + 0x10) {
        prescaler = value;
    } else if (at == NOR_SSP + 0x00) {
        require(value == 7, "another frame than 8 bits of mode 0");
    } else {
        require(is_enabled && is_selected, "bytes that are for nobody");
        require(prescaler >= LEAST_PRESCALER && prescaler % 2 == 0, "a clock too fast");
        require(fifo_count < DEPTH, "an overrun of the receive FIFO");
        now += 8 * prescaler;
        fifo[fifo_count++] = answer((uint8_t)value);
    }
}
