/* A PL022 with a NOR flash chip behind it, in simulated time; a wrong protocol aborts. */
#ifndef NOR_CHIP_H
#define NOR_CHIP_H

#include <stdint.h>

uint32_t nor_read(uintptr_t address);
void nor_write(uintptr_t address, uint32_t value);

#define TG_READ_REGISTER(address)         nor_read(address)
#define TG_WRITE_REGISTER(address, value) nor_write(address, value)

enum { NOR_SSP = 0x1000, NOR_SELECT = 0x2000, NOR_SELECT_BIT = 4 };

typedef struct {
    const uint8_t *content;
    uint32_t nbytes;
    uint32_t is_absent;
    uint32_t busy_ticks;          /* from the start: an erase goes on */
    uint32_t flip_at, flip_times; /* bytes read from there have a flipped bit */
    uint32_t vanish_after;        /* bytes read: then the chip has no supply */
} nor_faults;

/* A tick is a cycle of the SSP's clock. */
void nor_reset(const nor_faults *faults);

#endif
