/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of an RP2040 or RP2350 that the port uses: the same blocks at other
 * addresses (RP2040 Datasheet and RP2350 Datasheet, chapter "address map" and the
 * register lists). The build defines TG_IS_RP2350. */
#ifndef TINYGEN_RP2_REGISTERS_H
#define TINYGEN_RP2_REGISTERS_H

#include "tinygen/cortex_m.h"

#if TG_IS_RP2350
#define CLOCKS_BASE   0x40010000u
#define RESETS_BASE   0x40020000u
#define IO_BANK0_BASE 0x40028000u
#define PADS_BASE     0x40038000u
#define XOSC_BASE     0x40048000u
#define PLL_SYS_BASE  0x40050000u
#define UART0_BASE    0x40070000u
#define UART0_IRQ     33u
#define RESET_IO      (1u << 6)
#define RESET_PADS    (1u << 9)
#define RESET_PLL_SYS (1u << 14)
#define RESET_TIMER   0u /* not used: the core has a cycle counter */
#define RESET_UART0   (1u << 26)
#else
#define CLOCKS_BASE   0x40008000u
#define RESETS_BASE   0x4000C000u
#define IO_BANK0_BASE 0x40014000u
#define PADS_BASE     0x4001C000u
#define XOSC_BASE     0x40024000u
#define PLL_SYS_BASE  0x40028000u
#define UART0_BASE    0x40034000u
#define UART0_IRQ     20u
#define RESET_IO      (1u << 5)
#define RESET_PADS    (1u << 8)
#define RESET_PLL_SYS (1u << 12)
#define RESET_TIMER   (1u << 21)
#define RESET_UART0   (1u << 22)
#define TIMER_RAWL    TG_REGISTER(0x40054028u)
#define WATCHDOG_TICK TG_REGISTER(0x4005802Cu)
#endif

#define RESETS_RESET TG_REGISTER(RESETS_BASE + 0x0u)
#define RESETS_DONE  TG_REGISTER(RESETS_BASE + 0x8u)

#define XOSC_CTRL    TG_REGISTER(XOSC_BASE + 0x0u)
#define XOSC_STATUS  TG_REGISTER(XOSC_BASE + 0x4u)
#define XOSC_STARTUP TG_REGISTER(XOSC_BASE + 0xCu)

#define PLL_CS    TG_REGISTER(PLL_SYS_BASE + 0x0u)
#define PLL_PWR   TG_REGISTER(PLL_SYS_BASE + 0x4u)
#define PLL_FBDIV TG_REGISTER(PLL_SYS_BASE + 0x8u)
#define PLL_PRIM  TG_REGISTER(PLL_SYS_BASE + 0xCu)

#define CLK_REF_CTRL     TG_REGISTER(CLOCKS_BASE + 0x30u)
#define CLK_REF_SELECTED TG_REGISTER(CLOCKS_BASE + 0x38u)
#define CLK_SYS_CTRL     TG_REGISTER(CLOCKS_BASE + 0x3Cu)
#define CLK_SYS_SELECTED TG_REGISTER(CLOCKS_BASE + 0x44u)
#define CLK_PERI_CTRL    TG_REGISTER(CLOCKS_BASE + 0x48u)

#define IO_CTRL(pin) TG_REGISTER(IO_BANK0_BASE + 8u * (pin) + 4u)
#define PAD(pin)     TG_REGISTER(PADS_BASE + 4u * (pin) + 4u)

/* Arm PL011 (DDI0183). */
#define UART_DR   TG_REGISTER(UART0_BASE + 0x00u)
#define UART_FR   TG_REGISTER(UART0_BASE + 0x18u)
#define UART_IBRD TG_REGISTER(UART0_BASE + 0x24u)
#define UART_FBRD TG_REGISTER(UART0_BASE + 0x28u)
#define UART_LCRH TG_REGISTER(UART0_BASE + 0x2Cu)
#define UART_CR   TG_REGISTER(UART0_BASE + 0x30u)
#define UART_IMSC TG_REGISTER(UART0_BASE + 0x38u)
#define UART_ICR  TG_REGISTER(UART0_BASE + 0x44u)

#endif
