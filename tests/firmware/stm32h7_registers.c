/* An STM32H743's clock registers as a table that logs every access and is always ready.
 */
#include <stdint.h>
#include <stdio.h>

#include "clock.h"

#define RCC_CR   0x58024400u
#define RCC_CFGR 0x58024410u
#define PWR_CSR1 0x58024804u
#define PWR_D3CR 0x58024818u
#define MOST     64

static struct {
    uint32_t address, value, told;
} registers[MOST];

/* What the hardware does by itself: oscillators, PLL, voltage and switch follow at once.
 */
static void settle(uint32_t address, volatile uint32_t *value)
{
    if (address == RCC_CR) {
        *value |= (*value & 1u) << 2 | (*value & 1u << 24) << 1;
    } else if (address == RCC_CFGR) {
        *value = (*value & ~(7u << 3)) | (*value & 7u) << 3;
    } else if (address == PWR_CSR1 || address == PWR_D3CR) {
        *value |= 1u << 13;
    }
}

static void tell_changes(void)
{
    for (int n = 0; n < MOST && registers[n].address != 0; n++) {
        if (registers[n].value != registers[n].told) {
            registers[n].told = registers[n].value;
            printf("%08x %08x\n", registers[n].address, registers[n].value);
        }
    }
}

volatile uint32_t *test_register(uint32_t address)
{
    tell_changes();
    int n = 0;
    while (registers[n].address != address && registers[n].address != 0) {
        n++;
    }
    registers[n].address = address;
    settle(address, &registers[n].value);
    tell_changes();
    return &registers[n].value;
}

int main(void)
{
    *test_register(0x5802480Cu) = 6; /* PWR_CR3 after power-on */
    *test_register(RCC_CR) = 0x83;
    *test_register(0x52002000u) = 0x37; /* FLASH_ACR */
    tg_start_clocks();
    tell_changes();
    return 0;
}
