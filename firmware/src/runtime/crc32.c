/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 (IEEE 802.3), four bits a step: a sixteenth of the usual table. */
#include "tinygen/crc32.h"

/* Entry n is n taken through the reversed polynomial 0xEDB88320 four times. */
static const uint32_t nibbles[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
    0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
    0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

uint32_t tg_crc32_byte(uint32_t crc, uint8_t byte)
{
    crc ^= byte;
    crc = (crc >> 4) ^ nibbles[crc & 15];
    return (crc >> 4) ^ nibbles[crc & 15];
}

uint32_t tg_crc32(uint32_t crc, const void *data, uint32_t nbytes)
{
    const uint8_t *bytes = data;
    for (uint32_t n = 0; n < nbytes; n++) {
        crc = tg_crc32_byte(crc, bytes[n]);
    }
    return crc;
}
