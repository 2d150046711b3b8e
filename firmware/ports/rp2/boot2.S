/* SPDX-License-Identifier: Apache-2.0 */
/* The RP2040's second boot stage: its ROM copies these 256 bytes to RAM and calls them
 * (RP2040 Datasheet, 2.8.1.3). They let the flash chip be read as memory, with the serial
 * read command that every one knows (4.10.11), and start the image behind them. */
#if !TG_IS_RP2350

#define SSI_BASE      0x18000000
#define SSI_CTRLR0    0x00
#define SSI_CTRLR1    0x04
#define SSI_ENR       0x08
#define SSI_BAUDR     0x14
#define SSI_SPI_CTRLR 0xF4 /* beyond what a Thumb-1 store reaches */

#define CLOCK_BY_4   4          /* 31 MHz at 125 MHz; the slowest chips end at 33 */
#define READ_32_BITS 0x001F0300 /* standard SPI, 32-bit frames, send then receive */
#define COMMAND_READ 0x03000218 /* 03h; 8-bit command, 24-bit address, one line each */
#define IMAGE        0x10000100
#define SCB_VTOR     0xE000ED08

    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .section .boot, "a"
    .thumb_func
boot2:
    ldr  r3, =SSI_BASE
    movs r1, #0
    str  r1, [r3, #SSI_ENR]
    movs r1, #CLOCK_BY_4
    str  r1, [r3, #SSI_BAUDR]
    ldr  r1, =READ_32_BITS
    str  r1, [r3, #SSI_CTRLR0]
    movs r1, #0
    str  r1, [r3, #SSI_CTRLR1]
    ldr  r1, =COMMAND_READ
    ldr  r2, =SSI_BASE + SSI_SPI_CTRLR
    str  r1, [r2]
    movs r1, #1
    str  r1, [r3, #SSI_ENR]
    ldr  r0, =IMAGE
    ldr  r1, =SCB_VTOR
    str  r0, [r1]
    ldmia r0!, {r1, r2}
    msr  msp, r1
    bx   r2
    .ltorg
    .org 252, 0
    /* CRC-32 of the 252 bytes: polynomial 04C11DB7, from FFFFFFFF, not reflected. */
    .word 0x140F6EC6
#endif
