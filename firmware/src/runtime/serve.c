/* SPDX-License-Identifier: Apache-2.0 */
/* Answer the host's requests about one model: write inputs, run, read outputs, measure.
 */
#include <stdbool.h>
#include <stddef.h>

#include "model.h"
#include "tinygen/crc32.h"
#include "tinygen/port.h"
#include "tinygen/protocol.h"
#include "tinygen/serve.h"
#include "tinygen/serve_weights.h"
#include "tinygen/watermark.h"

#define QUOTE(text)     #text
#define AS_STRING(name) QUOTE(name)

/* What the last requests left behind. */
typedef struct {
    uint16_t next_op; /* that TG_STEP may run, besides 0 */
    tg_frame done;    /* the reply to the last request if it ran anything, else type 0 */
} tg_session;

static const tg_hello hello = {
    .version = TG_PROTOCOL_VERSION,
    .max_payload = TG_MAX_PAYLOAD,
    .op_count = MODEL_OP_COUNT,
    .input_count = MODEL_INPUT_COUNT,
    .output_count = MODEL_OUTPUT_COUNT,
    .clock_hz = TG_CLOCK_HZ,
    .arena_bytes = MODEL_ARENA_BYTES,
    .board = AS_STRING(TG_BOARD_ID),
    .model = MODEL_SHA256,
};

#if defined(MODEL_ARENAS) /* in several memories */
static const tg_span arenas[] = {MODEL_ARENAS};

#define ARENA_COUNT (sizeof arenas / sizeof arenas[0])

static void paint_arena(void)
{
    for (size_t n = 0; n < ARENA_COUNT; n++) {
        tg_paint(arenas[n]);
    }
}

static uint32_t arena_used(void)
{
    uint32_t used = 0;
    for (size_t n = 0; n < ARENA_COUNT; n++) {
        used += tg_arena_used(arenas[n]);
    }
    return used;
}
#else
static tg_span arena(void)
{
    return (tg_span){model_arena, model_arena + MODEL_ARENA_BYTES};
}

static void paint_arena(void)
{
    tg_paint(arena());
}

static uint32_t arena_used(void)
{
    return tg_arena_used(arena());
}
#endif

static uint32_t tensors_crc(const tg_tensor_info *tensors, uint32_t count)
{
    uint32_t crc = TG_CRC32_START;
    for (uint32_t n = 0; n < count; n++) {
        crc = tg_crc32(crc, tensors[n].data, tensors[n].nbytes);
    }
    return ~crc;
}

/* Return where a TG_WRITE puts its payload, NULL when it does not fit the tensor. */
static uint8_t *target(const tg_frame *request)
{
    if (request->type != TG_WRITE || request->index >= MODEL_INPUT_COUNT) {
        return NULL;
    }
    const tg_tensor_info *input = &model_inputs[request->index];
    const uint32_t offset = request->arguments[0];
    if (offset > input->nbytes || request->nbytes > input->nbytes - offset) {
        return NULL;
    }
    return (uint8_t *)input->data + offset;
}

/* Read the counter: by a function of its own, which marks for an emulator where the
 * measured part begins and ends, as the counter is read within it, too. */
static TG_NOINLINE uint32_t tg_read_clock(void)
{
    return tg_port_counter();
}

/* Refuse to run on inputs the host did not mean; say that it starts when it does. */
static tg_status start(const tg_frame *request)
{
    if (tensors_crc(model_inputs, MODEL_INPUT_COUNT) != request->arguments[1]) {
        return TG_ERR_INPUT;
    }
    tg_frame started = *request;
    started.type = TG_STARTED;
    tg_send(&started, NULL);
    if (tg_weights_are_open()) {
        return TG_OK;
    }
    TG_TRY(tg_open_weights());
    return TG_ERR_INPUT; /* opening them has written over the inputs */
}

static tg_status run(tg_frame *frame)
{
    TG_TRY(start(frame));
    const uint32_t began = tg_read_clock();
    const tg_status status = model_run();
    frame->arguments[0] = tg_read_clock() - began;
    frame->arguments[1] = tensors_crc(model_outputs, MODEL_OUTPUT_COUNT);
    return status;
}

static tg_status step(tg_frame *frame, uint16_t next_op)
{
    const uint32_t position = frame->arguments[0];
    if (position >= hello.op_count || (position != 0 && position != next_op)) {
        return TG_ERR_ARG;
    }
    if (position == 0) {
        TG_TRY(start(frame));
    }
    const uint32_t began = tg_read_clock();
    const tg_status status = model_ops[position]();
    frame->arguments[0] = tg_read_clock() - began;
#ifdef MODEL_OP_TICKS
    frame->arguments[0] = MODEL_OP_TICKS(position); /* it ran all of them, timing each */
#endif
    frame->arguments[1] = model_op_ids[position];
    return status;
}

static tg_status describe_tensor(tg_frame *frame)
{
    const uint8_t n = frame->index;
    if (n >= MODEL_INPUT_COUNT && n >= MODEL_OUTPUT_COUNT) {
        return TG_ERR_ARG;
    }
    frame->arguments[0] = n < MODEL_INPUT_COUNT ? model_inputs[n].nbytes : 0;
    frame->arguments[1] = n < MODEL_OUTPUT_COUNT ? model_outputs[n].nbytes : 0;
    return TG_OK;
}

static void reply(tg_frame *frame, const void *payload, uint32_t nbytes)
{
    frame->type |= TG_REPLY;
    frame->nbytes = (uint16_t)nbytes;
    tg_send(frame, payload);
}

static tg_status read_output(tg_frame *frame)
{
    const uint32_t offset = frame->arguments[0];
    if (frame->index >= MODEL_OUTPUT_COUNT ||
        offset > model_outputs[frame->index].nbytes) {
        return TG_ERR_ARG;
    }
    const tg_tensor_info *output = &model_outputs[frame->index];
    const uint32_t rest = output->nbytes - offset;
    reply(frame, (const uint8_t *)output->data + offset,
          rest < TG_MAX_PAYLOAD ? rest : TG_MAX_PAYLOAD);
    return TG_OK;
}

/* Which counter there is only the running port knows. */
static void describe(tg_frame *frame)
{
    tg_hello now = hello;
    const uint32_t counter_hz = tg_port_counter_hz();
    now.counter_hz = counter_hz > 0 ? counter_hz : TG_CLOCK_HZ;
    now.counts_cycles = counter_hz == 0;
    reply(frame, &now, sizeof now);
}

static void report_memory(tg_frame *frame)
{
    const tg_span stack = tg_port_stack();
    const uint32_t sizes[4] = {
        (uint32_t)(stack.end - stack.begin),
        tg_stack_used(stack),
        MODEL_ARENA_BYTES,
        arena_used(),
    };
    reply(frame, sizes, sizeof sizes);
}

/* Run the model or a part of it; a repeated request gets its reply again, because running
 * twice on the same inputs is not possible. */
static tg_status execute(tg_session *session, tg_frame *frame)
{
    if (session->done.type == (frame->type | TG_REPLY) &&
        session->done.sequence == frame->sequence) {
        tg_send(&session->done, NULL);
        return TG_OK;
    }
    const uint16_t next_op = session->next_op;
    const uint16_t position = (uint16_t)frame->arguments[0];
    const bool steps = frame->type == TG_STEP;
    *session = (tg_session){0};
    TG_TRY(steps ? step(frame, next_op) : run(frame));
    reply(frame, NULL, 0);
    session->done = *frame;
    session->next_op = steps ? (uint16_t)(position + 1) : 0;
    return TG_OK;
}

static tg_status answer(tg_session *session, tg_frame *frame, bool has_target)
{
    if (frame->type == TG_RUN || frame->type == TG_STEP) {
        return execute(session, frame);
    }
    if (frame->type == TG_STREAMED) {
        return tg_send_streamed(frame);
    }
    *session = (tg_session){0};
    switch (frame->type) {
    case TG_HELLO:
        describe(frame);
        return TG_OK;
    case TG_READ:
        return read_output(frame);
    case TG_MEMORY:
        report_memory(frame);
        return TG_OK;
    case TG_CHUNK:
        return TG_OK; /* it came too late */
    case TG_RESET:
        tg_port_reset();
    case TG_EXIT:
        tg_port_exit(0);
        return TG_ERR_ARG;
    case TG_TENSOR:
        TG_TRY(describe_tensor(frame));
        break;
    case TG_WRITE:
        TG_TRY(has_target ? TG_OK : TG_ERR_ARG);
        break;
    case TG_PAINT_ARENA:
        paint_arena();
#ifdef MODEL_START
        TG_TRY(MODEL_START()); /* what an interpreter keeps there is gone */
#endif
        break;
    default:
        return TG_ERR_ARG;
    }
    reply(frame, NULL, 0);
    return TG_OK;
}

static void serve_one(tg_session *session)
{
    tg_frame frame;
    tg_status status = tg_receive_header(&frame);
    if (status != TG_OK) {
        frame = (tg_frame){0};
    } else {
        uint8_t *to = target(&frame);
        status = tg_receive_payload(&frame, to);
        if (status == TG_OK) {
            status = answer(session, &frame, to != NULL);
        }
    }
    if (status != TG_OK && !tg_refuse(&frame, status)) {
        frame.type = TG_ERROR;
        frame.nbytes = 0;
        frame.arguments[0] = (uint32_t)status;
        tg_send(&frame, NULL);
    }
}

_Noreturn void tg_serve(void)
{
    tg_session session = {0};
    tg_frame refusal = {0};
    tg_refuse(&refusal, tg_open_weights());
    tg_frame ready = {.type = TG_HELLO, .arguments = {tg_port_counter()}};
    describe(&ready);
    for (;;) {
        serve_one(&session);
    }
}
