/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of an STM32U575 that the port uses; names and addresses as in ST's
 * RM0456, non-secure: TrustZone is off in the option bytes when the part leaves ST. */
#ifndef TINYGEN_STM32U5_REGISTERS_H
#define TINYGEN_STM32U5_REGISTERS_H

#include "tinygen/cortex_m.h"

#define GPIO_BASE 0x42020000u

#define RCC_CR       TG_REGISTER(0x46020C00u)
#define RCC_CFGR1    TG_REGISTER(0x46020C1Cu)
#define RCC_PLL1CFGR TG_REGISTER(0x46020C28u)
#define RCC_PLL1DIVR TG_REGISTER(0x46020C34u)
#define RCC_AHB2ENR1 TG_REGISTER(0x46020C8Cu)
#define RCC_AHB3ENR  TG_REGISTER(0x46020C94u)
#define RCC_APB2ENR  TG_REGISTER(0x46020CA4u)
#define RCC_CCIPR1   TG_REGISTER(0x46020CE0u)

#define FLASH_ACR TG_REGISTER(0x40022000u)
#define PWR_VOSR  TG_REGISTER(0x4602080Cu)
#define ICACHE_CR TG_REGISTER(0x40030400u)

#endif
