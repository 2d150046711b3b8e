/* Run the model once for each fault on standard input: status, chunk, ticks, outputs. */
#include "faulty_source.h"

#include <stdio.h>
#include <string.h>

#include "model.h"
#include "tinygen/port.h"

#define TIMEOUT 1000u

static uint32_t now;

uint32_t tg_port_counter(void)
{
    return now++;
}

static const char *const files[] = {"weights.bin", "other_model.bin", "other_build.bin",
                                    "missing.bin"};

static void read_spliced(faulty_source *s, uint32_t offset, uint8_t *to, uint32_t nbytes)
{
    const uint32_t first = s->fault.at <= offset            ? 0
                           : s->fault.at - offset >= nbytes ? nbytes
                                                            : s->fault.at - offset;
    if (first < nbytes) { /* the old file may be shorter: what is not there stays */
        tg_file_source rest = s->file;
        rest.path = files[0];
        (void)tg_file_start(&rest.source, offset + first, to + first, nbytes - first);
    }
}

/* Lay the file out in memory: what is cut off reads as ones. */
static void fill_memory(faulty_source *s)
{
    const fault *f = &s->fault;
    FILE *file = fopen(files[f->other], "rb");
    memset(s->memory, 0xff, sizeof s->memory);
    if (file != NULL) {
        (void)!fread(s->memory, 1, sizeof s->memory, file);
        (void)fclose(file);
    }
    if (f->kind == FLIP) {
        s->memory[f->at] ^= (uint8_t)(1u << f->bit);
    } else if (f->kind == CUT) {
        memset(&s->memory[f->at], 0xff, sizeof s->memory - f->at);
    } else if (f->kind == SPLICE) {
        file = fopen(files[0], "rb");
        (void)fseek(file, (long)f->at, SEEK_SET);
        (void)!fread(&s->memory[f->at], 1, sizeof s->memory - f->at, file);
        (void)fclose(file);
    }
}

static tg_status start(tg_weight_source *source, uint32_t offset, void *to,
                       uint32_t nbytes)
{
    faulty_source *s = (faulty_source *)source;
    const fault *f = &s->fault;
    const uint32_t number = s->reads++;
    const int is_there = f->at >= offset && f->at < offset + nbytes;
    const int goes_on = s->happened < f->times;
    s->is_stalled = 0;
    (void)tg_file_start(&s->file.source, offset, to, nbytes);
    if (f->kind == FLIP && is_there && goes_on) {
        s->happened++;
        ((uint8_t *)to)[f->at - offset] ^= (uint8_t)(1u << f->bit);
    } else if (f->kind == CUT && f->at < offset + nbytes) {
        s->file.status = TG_ERR_WEIGHTS_LINK;
    } else if (f->kind == STALL && number >= f->at && goes_on) {
        s->happened++;
        s->is_stalled = 1;
        memset(to, 0, nbytes / 2);
    } else if (f->kind == FAIL && number >= f->at && goes_on) {
        s->happened++;
        return TG_ERR_WEIGHTS_LINK;
    } else if (f->kind == SPLICE) {
        read_spliced(s, offset, to, nbytes);
    }
    return TG_OK;
}

static tg_status poll(tg_weight_source *source)
{
    const faulty_source *s = (const faulty_source *)source;
    return s->is_stalled ? TG_BUSY : s->file.status;
}

static void stop(tg_weight_source *source)
{
    (void)source;
}

faulty_source weight_source = {
    .source = {start, poll, stop, TIMEOUT, 0, NULL},
    .file = {.source = TG_FILE_SOURCE},
};

static tg_status run(const fault *f)
{
    weight_source.fault = *f;
    weight_source.reads = weight_source.happened = 0;
    weight_source.source.is_memory = (uint8_t)f->is_memory;
    weight_source.file.path = files[f->other];
    weight_source.source.memory = NULL;
    if (f->is_memory) {
        fill_memory(&weight_source);
        weight_source.source.memory = weight_source.memory;
    }
    model_stream.is_open = 0;
    const tg_status status = model_open();
    if (fread(model_inputs[0].data, 1, model_inputs[0].nbytes, stdin) !=
        model_inputs[0].nbytes) {
        return TG_ERR_ARG;
    }
    return status == TG_OK ? model_run() : status;
}

int main(void)
{
    fault f;
    while (fread(&f, sizeof f, 1, stdin) == 1) {
        const uint32_t began = now;
        const tg_status status = run(&f);
        const uint32_t said[] = {(uint32_t)status, model_stream.failed, now - began};
        fwrite(said, sizeof said, 1, stdout);
        fwrite(model_outputs[0].data, 1, model_outputs[0].nbytes, stdout);
    }
    return 0;
}
