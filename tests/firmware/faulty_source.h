/* A file that misbehaves as it is told, for tests. */
#ifndef FAULTY_SOURCE_H
#define FAULTY_SOURCE_H

#include "tinygen/weights/file.h"

enum { NONE, FLIP, CUT, STALL, FAIL, SPLICE };

typedef struct {
    uint32_t kind;
    uint32_t at;    /* FLIP, CUT, SPLICE: offset in the file; STALL, FAIL: read number */
    uint32_t bit;   /* FLIP */
    uint32_t times; /* that it happens */
    uint32_t is_memory; /* the source is checked once */
    uint32_t other;     /* which file; SPLICE: from `at` on it is number 0 */
} fault;

typedef struct {
    tg_weight_source source;
    tg_file_source file;
    fault fault;
    uint32_t reads, happened;
    int is_stalled;
    uint8_t memory[1 << 16]; /* the file, as damaged as the fault says, if it is_memory */
} faulty_source;

extern faulty_source weight_source;

#endif
