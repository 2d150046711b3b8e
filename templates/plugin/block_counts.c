/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* A QEMU plugin that counts how often each block of code runs between two marks.
 *
 * tinygen compiles it on first use with the host's compiler. QEMU loads it and it calls
 * QEMU, which is under GPL-2.0-or-later: used together they are under that licence, which
 * is why this file may be had under it too. No header of QEMU is needed: the dozen
 * functions of its plugin interface, version 1 (QEMU 6.0 to 8.2), are declared below.
 *
 * Arguments: mark=HEX   address of the first instruction of the function that marks
 *            out=FILE   where the counts go
 *            data=HEX-HEX  loads from these addresses, the last one included, are counted
 *
 * Whenever the marking function is called, what ran since the last call is written as
 *
 *     B ADDRESS INSTRUCTIONS EXECUTIONS FALLS   a block; FALLS times the next one ran on
 *     R UNALIGNED LOADED                        end of the region
 *
 * ADDRESS is in hex, the rest is decimal. UNALIGNED: extra accesses that the bus needs
 * for halfwords and words across their boundaries; LOADED: bytes loaded from data=. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Source: QEMU 7.2, docs/devel/tcg-plugins.rst and the symbols that qemu-system-arm
 * exports. */
typedef uint64_t qemu_plugin_id_t;
typedef struct qemu_info qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { NO_REGISTERS = 0, READS_AND_WRITES = 3 };
typedef void (*translate_callback)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*execute_callback)(unsigned cpu, void *data);
typedef void (*memory_callback)(unsigned cpu, uint32_t access, uint64_t address,
                                void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, translate_callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, execute_callback, int,
                                          void *);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, execute_callback,
                                            int, void *);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *, memory_callback, int,
                                      int, void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
unsigned qemu_plugin_mem_size_shift(uint32_t access);
bool qemu_plugin_mem_is_store(uint32_t access);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t, const qemu_info_t *, int, char **);

#define BUCKETS 65536u

/* A translated block; QEMU may translate one several times, and cut it short. */
typedef struct block {
    struct block *next;  /* in its bucket */
    struct block *older; /* of all */
    uint32_t address, end;
    size_t instructions;
    uint64_t executions, falls;
} block;

static block *buckets[BUCKETS];
static block *newest;
static block *last; /* that ran */
static uint32_t mark, data_first, data_last;
static uint64_t unaligned, loaded;
static FILE *out;

static block *find(uint32_t address, uint32_t end, size_t instructions)
{
    block **bucket = &buckets[(address / 2 * 31 + instructions) % BUCKETS];
    for (block *one = *bucket; one != NULL; one = one->next) {
        if (one->address == address && one->instructions == instructions) {
            return one;
        }
    }
    block *made = calloc(1, sizeof *made);
    if (made == NULL) {
        abort();
    }
    *made = (block){*bucket, newest, address, end, instructions, 0, 0};
    *bucket = newest = made;
    return made;
}

static void on_block(unsigned cpu, void *data)
{
    block *now = data;
    (void)cpu;
    now->executions++;
    if (last != NULL && last->end == now->address) {
        last->falls++;
    }
    last = now;
}

static void on_mark(unsigned cpu, void *unused)
{
    (void)cpu;
    (void)unused;
    for (block *one = newest; one != NULL; one = one->older) {
        if (one->executions > 0) {
            fprintf(out, "B %" PRIx32 " %zu %" PRIu64 " %" PRIu64 "\n", one->address,
                    one->instructions, one->executions, one->falls);
        }
        one->executions = one->falls = 0;
    }
    fprintf(out, "R %" PRIu64 " %" PRIu64 "\n", unaligned, loaded);
    fflush(out); /* QEMU may be killed */
    unaligned = loaded = 0;
}

static void on_access(unsigned cpu, uint32_t access, uint64_t address, void *unused)
{
    (void)cpu;
    (void)unused;
    const uint32_t at = (uint32_t)address;
    const uint32_t nbytes = 1u << qemu_plugin_mem_size_shift(access);
    if (nbytes == 2 || nbytes == 4) {
        unaligned += (at & 1u) != 0 ? nbytes / 2 : (at & (nbytes - 1)) != 0;
    }
    if (at >= data_first && at <= data_last && !qemu_plugin_mem_is_store(access)) {
        loaded += nbytes;
    }
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    const size_t count = qemu_plugin_tb_n_insns(tb);
    struct qemu_plugin_insn *final = qemu_plugin_tb_get_insn(tb, count - 1);
    const uint64_t end = qemu_plugin_insn_vaddr(final) + qemu_plugin_insn_size(final);
    block *counted = find((uint32_t)qemu_plugin_tb_vaddr(tb), (uint32_t)end, count);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, NO_REGISTERS, counted);
    for (size_t n = 0; n < count; n++) {
        struct qemu_plugin_insn *one = qemu_plugin_tb_get_insn(tb, n);
        if (qemu_plugin_insn_vaddr(one) == mark) {
            qemu_plugin_register_vcpu_insn_exec_cb(one, on_mark, NO_REGISTERS, NULL);
        }
        qemu_plugin_register_vcpu_mem_cb(one, on_access, NO_REGISTERS, READS_AND_WRITES,
                                         NULL);
    }
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int count,
                        char **words)
{
    (void)info;
    for (int n = 0; n < count; n++) {
        char *end = NULL;
        if (strncmp(words[n], "mark=", 5) == 0) {
            mark = (uint32_t)strtoul(words[n] + 5, NULL, 16);
        } else if (strncmp(words[n], "out=", 4) == 0) {
            out = fopen(words[n] + 4, "w");
        } else if (strncmp(words[n], "data=", 5) == 0) {
            data_first = (uint32_t)strtoul(words[n] + 5, &end, 16);
            data_last = (uint32_t)strtoul(end + 1, NULL, 16);
        }
    }
    if (out == NULL) {
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    return 0;
}
