/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/weights/pl022.h"

#include <stddef.h>

#ifndef TG_READ_REGISTER /* tests put their own device here */
#define TG_READ_REGISTER(address)         (*(volatile uint32_t *)(address))
#define TG_WRITE_REGISTER(address, value) (*(volatile uint32_t *)(address) = (value))
#endif

/* Arm DDI0194, table 3-1. */
#define CR0  0x00u
#define CR1  0x04u
#define DR   0x08u
#define SR   0x0Cu
#define CPSR 0x10u

#define CR0_8_BITS      7u
#define CR1_ENABLE      2u
#define SR_TX_NOT_FULL  2u
#define SR_RX_NOT_EMPTY 4u
#define FIFO_DEPTH      8u

static uint32_t status(const tg_pl022 *s)
{
    return TG_READ_REGISTER(s->base + SR);
}

void tg_pl022_select(tg_spi *spi, int is_selected)
{
    const tg_pl022 *s = (const tg_pl022 *)spi;
    const uint32_t others = TG_READ_REGISTER(s->chip_select) & ~s->chip_select_bit;
    TG_WRITE_REGISTER(s->chip_select, others | (is_selected ? 0 : s->chip_select_bit));
}

/* At most a FIFO of bytes is under way, or the receive FIFO would overrun. */
void tg_pl022_exchange(tg_spi *spi, const uint8_t *out, uint8_t *in, uint32_t count)
{
    const tg_pl022 *s = (const tg_pl022 *)spi;
    uint32_t sent = 0;
    for (uint32_t received = 0; received < count;) {
        if (sent < count && sent - received < FIFO_DEPTH &&
            (status(s) & SR_TX_NOT_FULL) != 0) {
            TG_WRITE_REGISTER(s->base + DR, out != NULL ? out[sent] : 0u);
            sent++;
        } else if ((status(s) & SR_RX_NOT_EMPTY) != 0) {
            const uint32_t byte = TG_READ_REGISTER(s->base + DR);
            if (in != NULL) {
                in[received] = (uint8_t)byte;
            }
            received++;
        }
    }
}

void tg_pl022_open(tg_spi *spi)
{
    const tg_pl022 *s = (const tg_pl022 *)spi;
    TG_WRITE_REGISTER(s->base + CR1, 0u);
    TG_WRITE_REGISTER(s->base + CPSR, s->prescaler);
    TG_WRITE_REGISTER(s->base + CR0, CR0_8_BITS);
    TG_WRITE_REGISTER(s->base + CR1, CR1_ENABLE);
    tg_pl022_select(spi, 0);
}
