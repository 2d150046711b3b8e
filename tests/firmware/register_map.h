/* Declared before a port's own headers. */
#include <stdint.h>

volatile uint32_t *test_register(uint32_t address);
