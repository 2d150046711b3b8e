/* Nordic's SPIM with EasyDMA before the chip: what it receives is there when it is done.
 */
#include <string.h>

#include "nor_chip.h"

enum {
    START = 0x010,
    STOP = 0x014,
    STOPPED = 0x104,
    END = 0x118,
    ENABLE = 0x500,
    PSEL_SCK = 0x508,
    PSEL_MOSI = 0x50C,
    PSEL_MISO = 0x510,
    FREQUENCY = 0x524,
    RXD_PTR = 0x534,
    RXD_COUNT = 0x538,
    TXD_PTR = 0x544,
    TXD_COUNT = 0x548,
    CONFIG = 0x554,
    FILLER = 0x5C0,
    MOST = 0xFFFF,
    TICKS_A_BYTE = 64, /* 8 MHz of 64 */
};

#define PINS_SET    0x50000508u
#define PINS_CLEAR  0x5000050Cu
#define PIN_CONF(n) (0x50000700u + 4u * (n))

static uint32_t registers[0x600 / 4];
static const uint8_t *out;
static uint8_t *in;
static uint32_t is_running, ends_at, pins_out, pins_high;

void nor_reset_bus(void)
{
    memset(registers, 0, sizeof registers);
    is_running = pins_out = pins_high = 0;
}

static uint32_t *at(uintptr_t address)
{
    nor_require(address >= NOR_SSP && address < NOR_SSP + sizeof registers,
                "a register of another peripheral");
    return &registers[(address - NOR_SSP) / 4];
}

static uint32_t value_of(uint32_t offset)
{
    return registers[offset / 4];
}

static uint32_t count(void)
{
    const uint32_t sent = value_of(TXD_COUNT);
    const uint32_t received = value_of(RXD_COUNT);
    return sent > received ? sent : received;
}

static void start(void)
{
    const uint32_t wires =
        UINT32_C(1) << NOR_SCK | UINT32_C(1) << NOR_MOSI | NOR_SELECT_BIT;
    nor_require(!is_running, "a start while it runs");
    nor_require(value_of(ENABLE) == 7 && value_of(CONFIG) == 0,
                "another mode than SPIM, 0");
    nor_require(value_of(FREQUENCY) == 0x80000000u, "a clock that it does not have");
    nor_require(value_of(PSEL_SCK) == NOR_SCK && value_of(PSEL_MOSI) == NOR_MOSI &&
                    value_of(PSEL_MISO) == NOR_MISO && (pins_out & wires) == wires,
                "pins that are not connected");
    nor_require((pins_out & pins_high & NOR_HIGH_PINS) == NOR_HIGH_PINS, "HOLD# low");
    nor_require(count() > 0 && count() <= MOST, "a count that it does not have");
    nor_require(nor_is_selected != 0, "bytes that are for nobody");
    is_running = 1;
    ends_at = nor_now + TICKS_A_BYTE * count();
    if (value_of(RXD_COUNT) >
        0) { /* who looks too early shall see that it is not there */
        memset(in, 0xDB, value_of(RXD_COUNT));
    }
}

static void finish(uint32_t bytes)
{
    for (uint32_t n = 0; n < bytes; n++) {
        const uint8_t sent = n < value_of(TXD_COUNT) ? out[n] : (uint8_t)value_of(FILLER);
        const uint8_t got = nor_shift(sent);
        if (n < value_of(RXD_COUNT)) {
            in[n] = got;
        }
    }
    is_running = 0;
}

uint32_t nor_read(uintptr_t address)
{
    nor_now++;
    if (address == PINS_SET) {
        return pins_high;
    }
    if (is_running && (int32_t)(nor_now - ends_at) >= 0) {
        finish(count());
        registers[END / 4] = 1;
    }
    return *at(address);
}

void nor_write_address(uintptr_t address, const void *pointer)
{
    if (address == NOR_SSP + TXD_PTR) {
        out = pointer;
    } else {
        nor_require(address == NOR_SSP + RXD_PTR, "an address where none belongs");
        in = (uint8_t *)(uintptr_t)pointer;
    }
}

static void write_pins(uintptr_t address, uint32_t value)
{
    if (address == PINS_SET || address == PINS_CLEAR) {
        const uint32_t is_high = address == PINS_SET;
        pins_high = is_high ? pins_high | value : pins_high & ~value;
        if ((value & NOR_SELECT_BIT) != 0) {
            nor_require(!is_running, "its select line move in a transfer");
            nor_select(!is_high);
        }
        return;
    }
    for (uint32_t n = 0; n < 32; n++) {
        if (address == PIN_CONF(n)) {
            nor_require(n == NOR_MISO ? value == 0 : value == 3, "a pin the wrong way");
            pins_out |= value == 3 ? UINT32_C(1) << n : 0;
        }
    }
}

void nor_write(uintptr_t address, uint32_t value)
{
    nor_now++;
    if (address >= 0x50000000u) {
        write_pins(address, value);
        return;
    }
    *at(address) = value;
    if (address == NOR_SSP + START) {
        start();
    } else if (address == NOR_SSP + STOP) {
        is_running = 0;
        registers[STOPPED / 4] = 1;
    }
}
