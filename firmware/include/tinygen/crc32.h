/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_CRC32_H
#define TINYGEN_CRC32_H

#include <stdint.h>

#define TG_CRC32_START UINT32_C(0xFFFFFFFF)

/* Take one byte, or a run of them, into a CRC-32 (IEEE 802.3, as zlib's crc32). Start
 * from TG_CRC32_START; the checksum is the complement of the last value. */
uint32_t tg_crc32_byte(uint32_t crc, uint8_t byte);
uint32_t tg_crc32(uint32_t crc, const void *data, uint32_t nbytes);

#endif
