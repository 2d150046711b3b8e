/* SPDX-License-Identifier: Apache-2.0 */
/* One sample as the benchmark's runner sends it, and what the model makes of it.
 *
 * The build defines TG_MLPERF_WIRE, what the runner's files hold for this model:
 * 0 the model's own int8, 1 pixels of 0 to 255, 2 float32; and TG_MLPERF_ERROR, 1 where
 * the result is how far the output is from the input (anomaly detection). */
#ifndef TINYGEN_MLPERF_SAMPLE_H
#define TINYGEN_MLPERF_SAMPLE_H

#include <stdint.h>

#include "model.h"

#define TG_SAMPLE_BYTES (MODEL_INPUT_0_SIZE * (TG_MLPERF_WIRE == 2 ? 4 : 1))

/* sample [TG_SAMPLE_BYTES]: put it into the model's input, quantized. */
void tg_load_sample(const uint8_t *sample);

/* Send the line m-results-[...]: real values, as many as the model's task has.
 * sample: what the outputs belong to. */
void tg_say_results(const uint8_t *sample);

#endif
