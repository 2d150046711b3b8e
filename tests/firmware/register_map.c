/* A port's registers as a table that logs every change, and does by itself what the
 * hardware does: RULES says which bit follows which, and what counts. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "register_map.h"
#include "tinygen/port.h"

typedef struct {
    uint32_t from, from_bit, to, to_bit, inverted;
} follows;

typedef struct {
    uint32_t address, value;
} cell;

static const follows rules[] = {RULES{0}};
static const cell at_reset[] = {AT_RESET{0}};
static const uint32_t counters[] = {COUNTERS 0};
static const uint32_t zeros[] = {ZEROS 0};

#define MOST 256

static struct {
    uint32_t address, value, told;
} registers[MOST];

static int find(uint32_t address)
{
    int n = 0;
    while (registers[n].address != address && registers[n].address != 0) {
        n++;
    }
    if (n == MOST - 1) {
        exit(2);
    }
    registers[n].address = address;
    return n;
}

static void settle(void)
{
    for (const follows *rule = rules; rule->from != 0; rule++) {
        const uint32_t is_set = registers[find(rule->from)].value >> rule->from_bit & 1;
        uint32_t *to = &registers[find(rule->to)].value;
        *to = (*to & ~(1u << rule->to_bit)) | (is_set ^ rule->inverted) << rule->to_bit;
    }
}

/* What an emulator lacks: it takes writes and reads as 0. */
static void forget(void)
{
    for (const uint32_t *zero = zeros; *zero != 0; zero++) {
        registers[find(*zero)].value = 0;
    }
}

static void tell_changes(void)
{
    for (int n = 0; registers[n].address != 0; n++) {
        if (registers[n].value != registers[n].told) {
            registers[n].told = registers[n].value;
            printf("%08x %08x\n", registers[n].address, registers[n].value);
        }
    }
}

volatile uint32_t *test_register(uint32_t address)
{
    tell_changes();
    forget();
    settle();
    tell_changes();
    const int n = find(address);
    for (const uint32_t *counter = counters; *counter != 0; counter++) {
        registers[n].value += address == *counter;
    }
    return &registers[n].value;
}

int main(void)
{
    for (const cell *one = at_reset; one->address != 0; one++) {
        registers[find(one->address)].value = one->value;
    }
    tg_port_init();
    tell_changes();
    printf("counter %u\n", tg_port_counter_hz());
    return 0;
}
