/* Run a model from the simulated chip: status, chunk, ticks, ops during which it reads
 * ahead, for each of faults. */
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "nor_chip.h"
#include "tinygen/port.h"
#ifdef NOR_SPIM
#include "tinygen/weights/nrf_spim.h"

static tg_nrf_spim bus = {.spi = TG_NRF_SPIM_SPI,
                          .registers = NOR_SSP,
                          .sck = NOR_SCK,
                          .mosi = NOR_MOSI,
                          .miso = NOR_MISO,
                          .chip_select = NOR_CHIP_SELECT,
                          .high_pins = NOR_HIGH_PINS,
                          .frequency = 0x80000000u};
#else
#include "tinygen/weights/pl022.h"

static tg_pl022 bus = {.spi = TG_PL022_SPI,
                       .base = NOR_SSP,
                       .prescaler = 2,
                       .chip_select = NOR_SELECT,
                       .chip_select_bit = NOR_SELECT_BIT};
#endif

tg_nor_flash_source weight_source = {.source = TG_NOR_FLASH_SOURCE(200000),
                                     .spi = &bus.spi,
                                     .base = 4096,
                                     .wake_ticks = 80};

static uint8_t chip[1 << 20];

int main(void)
{
    FILE *file = fopen("weights.bin", "rb");
    if (file == NULL) {
        return 2;
    }
    const size_t count = fread(&chip[4096], 1, sizeof chip - 4096, file);
    (void)fclose(file);
    nor_faults f;
    uint32_t given[5];
    while (fread(given, sizeof given, 1, stdin) == 1) {
        f = (nor_faults){
            chip,    4096 + (uint32_t)count, given[0], given[1], given[2], given[3],
            given[4]};
        nor_reset(&f);
        weight_source.state = 0;
        model_stream.is_open = 0;
        tg_status status = model_open();
        if (fread(model_inputs[0].data, 1, model_inputs[0].nbytes, stdin) !=
            model_inputs[0].nbytes) {
            return 3;
        }
        uint32_t reads_ahead = 0; /* ops after which the chip goes on to deliver */
        for (uint32_t n = 0; status == TG_OK && model_ops[n] != NULL; n++) {
            status = model_ops[n]();
            reads_ahead += nor_is_selected;
        }
        const uint32_t said[] = {(uint32_t)status, model_stream.failed, tg_port_counter(),
                                 reads_ahead};
        fwrite(said, sizeof said, 1, stdout);
        fwrite(model_outputs[0].data, 1, model_outputs[0].nbytes, stdout);
    }
    return 0;
}
