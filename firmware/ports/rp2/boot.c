/* SPDX-License-Identifier: Apache-2.0 */
/* What the RP2350's boot ROM wants in the first 4 KB of an image it starts (RP2350
 * Datasheet, 5.9.5): a block with one item, the image's kind. */
#include <stdint.h>

#if TG_IS_RP2350
#define BLOCK_BEGIN   0xFFFFDED3u
#define BLOCK_END     0xAB123579u
#define ITEM_IMAGE    0x42u
#define ITEM_LAST     0xFFu
#define SIZE_IN_WORDS 1u
#define ARM_SECURE    0x1021u /* executable, secure, Arm, RP2350 */

__attribute__((section(".boot"), used)) static const uint32_t image_definition[5] = {
    BLOCK_BEGIN,
    ARM_SECURE << 16 | SIZE_IN_WORDS << 8 | ITEM_IMAGE,
    SIZE_IN_WORDS << 8 | ITEM_LAST,
    0, /* the loop of blocks ends here: there is one */
    BLOCK_END,
};
#else
typedef int tg_nothing_here; /* boot2.S has the RP2040's */
#endif
