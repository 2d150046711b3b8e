/* SPDX-License-Identifier: Apache-2.0 */
/* The DSP instructions that kernels use, and what they do in C for hosts without them. */
#ifndef TINYGEN_DSP_INTRINSICS_H
#define TINYGEN_DSP_INTRINSICS_H

#include <stdint.h>
#include <string.h>

/* Sixteen-bit lanes of a word: bits 0 to 15 are the bottom one, 16 to 31 the top one. */

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#define TG_DSP 1

/* Sign-extended bytes 0 and 2 as lanes. */
static inline uint32_t tg_sxtb16(uint32_t x)
{
    uint32_t r;
    __asm("sxtb16 %0, %1" : "=r"(r) : "r"(x));
    return r;
}

/* Sign-extended bytes 1 and 3 as lanes. */
static inline uint32_t tg_sxtb16_odd(uint32_t x)
{
    uint32_t r;
    __asm("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(x));
    return r;
}

/* Lanes of acc plus sign-extended bytes 0 and 2 of x. */
static inline uint32_t tg_sxtab16(uint32_t acc, uint32_t x)
{
    uint32_t r;
    __asm("sxtab16 %0, %1, %2" : "=r"(r) : "r"(acc), "r"(x));
    return r;
}

/* Lanes of acc plus sign-extended bytes 1 and 3 of x. */
static inline uint32_t tg_sxtab16_odd(uint32_t acc, uint32_t x)
{
    uint32_t r;
    __asm("sxtab16 %0, %1, %2, ror #8" : "=r"(r) : "r"(acc), "r"(x));
    return r;
}

/* The bottom lanes of low and high. */
static inline uint32_t tg_bottoms(uint32_t low, uint32_t high)
{
    uint32_t r;
    __asm("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(low), "r"(high));
    return r;
}

/* The top lanes of low and high. */
static inline uint32_t tg_tops(uint32_t low, uint32_t high)
{
    uint32_t r;
    __asm("pkhtb %0, %1, %2, asr #16" : "=r"(r) : "r"(high), "r"(low));
    return r;
}

/* acc plus the products of equal lanes. */
static inline int32_t tg_smlad(uint32_t x, uint32_t y, int32_t acc)
{
    int32_t r;
    __asm("smlad %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(y), "r"(acc));
    return r;
}

/* acc plus the product of the bottom lanes, and of the top lanes. */
static inline int32_t tg_smlabb(uint32_t x, uint32_t y, int32_t acc)
{
    int32_t r;
    __asm("smlabb %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(y), "r"(acc));
    return r;
}

static inline int32_t tg_smlatt(uint32_t x, uint32_t y, int32_t acc)
{
    int32_t r;
    __asm("smlatt %0, %1, %2, %3" : "=r"(r) : "r"(x), "r"(y), "r"(acc));
    return r;
}

/* The larger of each pair of signed bytes. */
static inline uint32_t tg_max4(uint32_t a, uint32_t b)
{
    uint32_t r; /* one statement: the flags in between are not the compiler's */
    __asm("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(r) : "r"(a), "r"(b) : "cc");
    return r;
}

/* c + round(a * b / 2^32), halves up. */
static inline int32_t tg_smmlar(int32_t a, int32_t b, int32_t c)
{
    int32_t r;
    __asm("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(c));
    return r;
}

/* Saturate to int8. */
static inline int32_t tg_ssat8(int32_t x)
{
    int32_t r;
    __asm("ssat %0, #8, %1" : "=r"(r) : "r"(x));
    return r;
}

#else
#define TG_DSP 0

static inline uint32_t tg_lanes(int32_t bottom, int32_t top)
{
    return ((uint32_t)bottom & 0xffffU) | ((uint32_t)top << 16);
}

static inline int32_t tg_bottom(uint32_t x)
{
    return (int16_t)(x & 0xffffU);
}

static inline int32_t tg_top(uint32_t x)
{
    return (int16_t)(x >> 16);
}

static inline uint32_t tg_sxtb16(uint32_t x)
{
    return tg_lanes((int8_t)(x & 0xffU), (int8_t)(x >> 16 & 0xffU));
}

static inline uint32_t tg_sxtb16_odd(uint32_t x)
{
    return tg_sxtb16(x >> 8);
}

static inline uint32_t tg_sxtab16(uint32_t acc, uint32_t x)
{
    const uint32_t y = tg_sxtb16(x);
    return tg_lanes(tg_bottom(acc) + tg_bottom(y), tg_top(acc) + tg_top(y));
}

static inline uint32_t tg_sxtab16_odd(uint32_t acc, uint32_t x)
{
    return tg_sxtab16(acc, x >> 8);
}

static inline uint32_t tg_bottoms(uint32_t low, uint32_t high)
{
    return (low & 0xffffU) | (high << 16);
}

static inline uint32_t tg_tops(uint32_t low, uint32_t high)
{
    return (low >> 16) | (high & 0xffff0000U);
}

static inline int32_t tg_smlad(uint32_t x, uint32_t y, int32_t acc)
{
    const int64_t sum =
        (int64_t)acc + tg_bottom(x) * tg_bottom(y) + (int64_t)tg_top(x) * tg_top(y);
    return (int32_t)(uint32_t)(uint64_t)sum;
}

static inline int32_t tg_smlabb(uint32_t x, uint32_t y, int32_t acc)
{
    return (int32_t)((uint32_t)acc + (uint32_t)(tg_bottom(x) * tg_bottom(y)));
}

static inline int32_t tg_smlatt(uint32_t x, uint32_t y, int32_t acc)
{
    return (int32_t)((uint32_t)acc + (uint32_t)(tg_top(x) * tg_top(y)));
}

static inline uint32_t tg_max4(uint32_t a, uint32_t b)
{
    uint32_t r = 0;
    for (int n = 0; n < 32; n += 8) {
        const int8_t x = (int8_t)(a >> n & 0xffU);
        const int8_t y = (int8_t)(b >> n & 0xffU);
        r |= (uint32_t)(uint8_t)(x > y ? x : y) << n;
    }
    return r;
}

static inline int32_t tg_smmlar(int32_t a, int32_t b, int32_t c)
{
    const int64_t product = (int64_t)a * b + ((int64_t)1 << 31);
    return (int32_t)((uint32_t)(product >> 32) + (uint32_t)c);
}

static inline int32_t tg_ssat8(int32_t x)
{
    return x < INT8_MIN ? INT8_MIN : (x > INT8_MAX ? INT8_MAX : x);
}

#endif

/* Four bytes from any address; the cores with DSP instructions load them in one. */
static inline uint32_t tg_load4(const int8_t *from)
{
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

#endif
