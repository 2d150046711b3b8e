/* A bus with a NOR flash chip on it, in simulated time; a wrong protocol aborts. */
#ifndef NOR_CHIP_H
#define NOR_CHIP_H

#include <stdint.h>

uint32_t nor_read(uintptr_t address);
void nor_write(uintptr_t address, uint32_t value);
void nor_write_address(uintptr_t address, const void *pointer); /* a host's has 64 bits */

#define TG_READ_REGISTER(address)         nor_read(address)
#define TG_WRITE_REGISTER(address, value) nor_write(address, value)
#define TG_WRITE_ADDRESS(address, value)  nor_write_address(address, value)

enum { NOR_SSP = 0x1000, NOR_SELECT = 0x2000, NOR_SELECT_BIT = 4 };
/* Pins of an SPIM; the select line is pin 2. */
enum {
    NOR_SCK = 19,
    NOR_MOSI = 20,
    NOR_MISO = 21,
    NOR_CHIP_SELECT = 2,
    NOR_HIGH_PINS = 0xC00000
};

typedef struct {
    const uint8_t *content;
    uint32_t nbytes;
    uint32_t is_absent;
    uint32_t busy_ticks;          /* from the start: an erase goes on */
    uint32_t flip_at, flip_times; /* bytes read from there have a flipped bit */
    uint32_t vanish_after;        /* bytes read: then the chip has no supply */
} nor_faults;

void nor_reset(const nor_faults *faults);

/* The bus: its controller's registers as after reset. */
void nor_reset_bus(void);

/* The chip: select it, shift a byte out and in, at a time. */
extern uint32_t nor_now;
extern uint32_t nor_is_selected;
void nor_select(uint32_t value);
uint8_t nor_shift(uint8_t out);
void nor_require(int holds, const char *what);

#endif
