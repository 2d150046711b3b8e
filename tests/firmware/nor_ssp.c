/* A PL022 before the chip; a tick is a cycle of its clock. */
#include "nor_chip.h"

enum { DEPTH = 8, LEAST_PRESCALER = 2 };

static uint32_t prescaler, is_enabled;
static uint8_t fifo[DEPTH];
static uint32_t fifo_count;

void nor_reset_bus(void)
{
    fifo_count = 0;
}

uint32_t nor_read(uintptr_t at)
{
    nor_now++;
    if (at == NOR_SSP + 0x0C) {
        return (fifo_count < DEPTH ? 2u : 0u) | (fifo_count > 0 ? 4u : 0u);
    }
    if (at == NOR_SSP + 0x08) {
        nor_require(fifo_count > 0, "a read of an empty FIFO");
        const uint8_t byte = fifo[0];
        fifo_count--;
        for (uint32_t n = 0; n < fifo_count; n++) {
            fifo[n] = fifo[n + 1];
        }
        return byte;
    }
    return nor_is_selected ? 0 : NOR_SELECT_BIT;
}

void nor_write(uintptr_t at, uint32_t value)
{
    nor_now++;
    if (at == NOR_SELECT) {
        nor_select((value & NOR_SELECT_BIT) == 0);
    } else if (at == NOR_SSP + 0x04) {
        is_enabled = value & 2;
    } else if (at == NOR_SSP + 0x10) {
        prescaler = value;
    } else if (at == NOR_SSP + 0x00) {
        nor_require(value == 7, "another frame than 8 bits of mode 0");
    } else {
        nor_require(is_enabled && nor_is_selected, "bytes that are for nobody");
        nor_require(prescaler >= LEAST_PRESCALER && prescaler % 2 == 0,
                    "a clock too fast");
        nor_require(fifo_count < DEPTH, "an overrun of the receive FIFO");
        nor_now += 8 * prescaler;
        fifo[fifo_count++] = nor_shift((uint8_t)value);
    }
}
