/* SPDX-License-Identifier: Apache-2.0 */
/* What a generated model and the runtime that serves it agree on. */
#ifndef TINYGEN_MODEL_API_H
#define TINYGEN_MODEL_API_H

#include <stdint.h>

#include "tinygen/status.h"

typedef tg_status (*tg_op_function)(void);

typedef struct {
    void *data;
    uint32_t nbytes;
} tg_tensor_info;

#define TG_NOINLINE __attribute__((noinline))

/* Sections by which the build measures where flash and RAM go. */
#if defined(__arm__) || defined(TG_SECTIONS)
#if defined(TG_WEIGHTS_IN_RAM)
#define TG_WEIGHTS __attribute__((section(".data.tg_weights")))
#else
#define TG_WEIGHTS __attribute__((section(".rodata.tg_weights")))
#endif
#define TG_TABLE            __attribute__((section(".rodata.tg_tables")))
#define TG_ARENA            __attribute__((section(".bss.tg_arena")))
#define TG_ARENA_IN(region) __attribute__((section(".bss.tg_arena_" #region)))
#else
#define TG_WEIGHTS
#define TG_TABLE
#define TG_ARENA
#define TG_ARENA_IN(region)
#endif

#endif
