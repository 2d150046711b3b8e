/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/weights/aspeed_smc.h"

#include <stddef.h>
#include <string.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Linux 6.1, drivers/spi/spi-aspeed-smc.c. */
#define CONFIG  0x00u
#define CONTROL 0x10u /* of chip select 0 */

#define CONFIG_WRITES    (1u << 16)
#define CONTROL_USER     3u
#define CONTROL_INACTIVE (1u << 2)

void tg_aspeed_smc_select(tg_spi *spi, int is_selected)
{
    const tg_aspeed_smc *s = (const tg_aspeed_smc *)spi;
    REGISTER(s->registers + CONTROL) =
        CONTROL_USER | (is_selected ? 0 : CONTROL_INACTIVE);
}

void tg_aspeed_smc_open(tg_spi *spi)
{
    const tg_aspeed_smc *s = (const tg_aspeed_smc *)spi;
    REGISTER(s->registers + CONFIG) |= CONFIG_WRITES;
    tg_aspeed_smc_select(spi, 0);
}

/* The bus has one direction at a time: what comes while out is sent means nothing. */
void tg_aspeed_smc_exchange(tg_spi *spi, const uint8_t *out, uint8_t *in, uint32_t count)
{
    const tg_aspeed_smc *s = (const tg_aspeed_smc *)spi;
    volatile uint8_t *bytes = (volatile uint8_t *)s->window;
    if (out != NULL) {
        for (uint32_t n = 0; n < count; n++) {
            *bytes = out[n];
        }
        return;
    }
    const uint32_t words = count / 4;
    for (uint32_t n = 0; n < words; n++) {
        const uint32_t word = REGISTER(s->window);
        memcpy(&in[4 * n], &word, sizeof word);
    }
    for (uint32_t n = 4 * words; n < count; n++) {
        in[n] = *bytes;
    }
}
