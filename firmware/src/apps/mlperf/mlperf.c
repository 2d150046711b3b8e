/* SPDX-License-Identifier: Apache-2.0 */
/* The serial protocol of MLPerf Tiny's runner, instead of tinygen's own (docs/mlperf.md).
 *
 * Written from the runner's source and the interface's description in
 * github.com/mlcommons/tiny, benchmark/runner and benchmark/api. The build defines
 * TG_MLPERF_MODEL, the benchmark's name of the model, not quoted. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "sample.h"
#include "stopwatch.h"
#include "text.h"
#include "tinygen/port.h"
#include "tinygen/serve.h"
#include "tinygen/serve_weights.h"

#define QUOTE(text)     #text
#define AS_STRING(name) QUOTE(name)

#define COMMAND_BYTES    80
#define COMMAND_END      '%'
#define WARM_UP_BY_HABIT 10
#define BYTES_A_LINE     8

typedef struct {
    char command[COMMAND_BYTES + 1];
    char *rest; /* of the command, behind the words already taken */
    uint8_t sample[TG_SAMPLE_BYTES];
    uint32_t expected, received; /* bytes of the sample */
    tg_stopwatch watch;
} tg_benchmark;

/* Receive a command up to its end; what is too long is cut. */
static void receive(tg_benchmark *all)
{
    uint32_t length = 0;
    for (char byte; (byte = (char)tg_port_read_byte()) != COMMAND_END;) {
        if (byte != '\r' && byte != '\n' && length < COMMAND_BYTES) {
            all->command[length++] = byte;
        }
    }
    all->command[length] = '\0';
    all->rest = all->command;
}

/* Return the next word of the command; empty when there is none. */
static const char *next_word(tg_benchmark *all)
{
    while (*all->rest == ' ') {
        all->rest++;
    }
    const char *word = all->rest;
    while (*all->rest != ' ' && *all->rest != '\0') {
        all->rest++;
    }
    if (*all->rest == ' ') {
        *all->rest++ = '\0';
    }
    return word;
}

static bool is(const char *word, const char *other)
{
    return strcmp(word, other) == 0;
}

static void say_with_number(const char *before, uint32_t number, const char *after)
{
    tg_say(before);
    tg_say_number(number);
    tg_say(after);
}

static void say_time(tg_benchmark *all)
{
    say_with_number("m-lap-us-", tg_microseconds(&all->watch), "\r\n");
}

static void expect_sample(tg_benchmark *all)
{
    const uint32_t nbytes = tg_read_number(next_word(all));
    all->received = 0;
    all->expected = nbytes == TG_SAMPLE_BYTES ? nbytes : 0;
    if (all->expected == 0) {
        say_with_number("e-[This model takes ", TG_SAMPLE_BYTES, " bytes]\r\n");
    } else {
        say_with_number("m-[Expecting ", nbytes, " bytes]\r\n");
    }
}

static void print_sample(const tg_benchmark *all)
{
    for (uint32_t n = 0; n < all->received; n++) {
        tg_say(n % BYTES_A_LINE == 0 ? "m-buffer-" : "-");
        tg_say_hex(all->sample[n]);
        if (n % BYTES_A_LINE == BYTES_A_LINE - 1 || n + 1 == all->received) {
            tg_say("\r\n");
        }
    }
}

static void take_bytes(tg_benchmark *all, const char *digits)
{
    if (strlen(digits) % 2 != 0) {
        tg_say("e-[Insufficent number of hex digits]\r\n"); /* the runner knows it so */
        return;
    }
    for (; *digits != '\0' && all->received < all->expected; digits += 2) {
        const int32_t high = tg_hex_digit(digits[0]), low = tg_hex_digit(digits[1]);
        if (high < 0 || low < 0) {
            tg_say("e-[Invalid hex digit]\r\n");
            return;
        }
        all->sample[all->received++] = (uint8_t)(high << 4 | low);
        if (all->received == all->expected) {
            tg_say("m-load-done\r\n");
        }
    }
}

static void handle_buffer(tg_benchmark *all)
{
    const char *word = next_word(all);
    if (*word == '\0') {
        tg_say("e-[Command 'db' requires a subcommand]\r\n");
    } else if (is(word, "load")) {
        expect_sample(all);
    } else if (is(word, "print")) {
        print_sample(all);
    } else {
        take_bytes(all, word);
    }
}

/* Run the model on the sample, which each run destroys in the arena. */
static void run(tg_benchmark *all, uint32_t times)
{
    for (; times > 0; times--) {
        tg_load_sample(all->sample);
        if (model_run() != TG_OK) {
            tg_say("e-[The model failed]\r\n");
        }
        tg_keep_time(&all->watch);
    }
}

static void infer(tg_benchmark *all)
{
    const char *word = next_word(all);
    const uint32_t times = *word == '\0' ? 1 : tg_read_number(word);
    word = next_word(all);
    const uint32_t warm_ups = *word == '\0' ? WARM_UP_BY_HABIT : tg_read_number(word);
    if (times == 0) {
        tg_say("e-[Inference iterations must be >0]\r\n");
        return;
    }
    if (all->expected == 0 || all->received < all->expected) {
        say_with_number("e-[Input db has ", all->received, " bytes, expected ");
        say_with_number("", TG_SAMPLE_BYTES, "]\r\n");
        return;
    }
    say_with_number("m-warmup-start-", warm_ups, "\r\n");
    run(all, warm_ups);
    tg_say("m-warmup-done\r\n");
    say_with_number("m-infer-start-", times, "\r\n");
    say_time(all);
    run(all, times);
    say_time(all);
    tg_say("m-infer-done\r\n");
    tg_say_results(all->sample);
}

static void help(void)
{
    tg_say("name         : the device's name\r\n"
           "profile      : the benchmark's and the model's name\r\n"
           "timestamp    : microseconds\r\n"
           "db load N    : expect N bytes\r\n"
           "db HH...     : bytes in hexadecimal\r\n"
           "db print     : show them\r\n"
           "infer N [W]  : run N times after W warm-ups\r\n"
           "results      : show the result again\r\n");
}

static void answer(tg_benchmark *all)
{
    const char *word = next_word(all);
    if (is(word, "name")) {
        tg_say("m-name-dut-[tinygen]\r\n");
    } else if (is(word, "timestamp")) {
        say_time(all);
    } else if (is(word, "profile")) {
        tg_say("m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\n"
               "m-model-[" AS_STRING(TG_MLPERF_MODEL) "]\r\n");
    } else if (is(word, "help")) {
        help();
    } else if (is(word, "db")) {
        handle_buffer(all);
    } else if (is(word, "infer")) {
        infer(all);
    } else if (is(word, "results")) {
        tg_say_results(all->sample);
    } else {
        tg_say("e-[Unknown command: ");
        tg_say(word);
        tg_say("]\r\n");
    }
}

_Noreturn void tg_serve(void)
{
    static tg_benchmark all;
    tg_say("m-timestamp-mode-performance\r\n");
    say_time(&all);
    if (tg_open_weights() != TG_OK) {
        tg_say("e-[The weights cannot be used]\r\n");
    }
    tg_say("m-init-done\r\n");
    for (;;) {
        tg_say("m-ready\r\n");
        receive(&all);
        answer(&all);
    }
}
