/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

#include <string.h>

#include "text.h"

static float sent_value(const uint8_t *sample, uint32_t n)
{
    float value;
    memcpy(&value, sample + 4 * n, sizeof value);
    return value;
}

static float real_output(uint32_t n)
{
    return MODEL_OUTPUT_0_SCALE *
           (float)(model_output_0()[n] - (MODEL_OUTPUT_0_ZERO_POINT));
}

/* Nearest, halves away from zero, saturated: as TensorFlow Lite quantizes an input. */
static int8_t quantize(float value)
{
    float scaled = value / MODEL_INPUT_0_SCALE + (float)(MODEL_INPUT_0_ZERO_POINT);
    scaled = scaled < -128.0f ? -128.0f : scaled > 127.0f ? 127.0f : scaled;
    return (int8_t)(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
}

void tg_load_sample(const uint8_t *sample)
{
    int8_t *input = model_input_0();
    for (uint32_t n = 0; n < MODEL_INPUT_0_SIZE; n++) {
        if (TG_MLPERF_WIRE == 2) {
            input[n] = quantize(sent_value(sample, n));
        } else {
            input[n] = (int8_t)(sample[n] ^ (TG_MLPERF_WIRE == 1 ? 0x80 : 0));
        }
    }
}

#if TG_MLPERF_ERROR
static float mean_squared_error(const uint8_t *sample)
{
    float sum = 0;
    for (uint32_t n = 0; n < MODEL_OUTPUT_0_SIZE; n++) {
        const float error = real_output(n) - sent_value(sample, n);
        sum += error * error;
    }
    return sum / MODEL_OUTPUT_0_SIZE;
}
#endif

void tg_say_results(const uint8_t *sample)
{
    tg_say("m-results-[");
#if TG_MLPERF_ERROR
    tg_say_decimals(mean_squared_error(sample));
#else
    (void)sample;
    for (uint32_t n = 0; n < MODEL_OUTPUT_0_SIZE; n++) {
        tg_say(n > 0 ? "," : "");
        tg_say_decimals(real_output(n));
    }
#endif
    tg_say("]\r\n");
}
