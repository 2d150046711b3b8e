/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/kernels/lstm_s8.h"

#include <string.h>

#include "tinygen/fixed_point.h"
#include "tinygen/kernels/dot_s8.h"
#include "tinygen/kernels/int16_functions.h"

static int16_t saturate(int32_t value)
{
    return (int16_t)tg_clamp(value, INT16_MIN, INT16_MAX);
}

/* One unit of a gate before its activation, Q3.12. */
static int16_t gate_unit(const tg_lstm_params *p, const tg_lstm_gate *gate, int32_t unit,
                         const int8_t *in, const int8_t *hidden)
{
    const int32_t fed =
        tg_wrapping_add((int32_t)tg_dot_s8(in, p->in_offset,
                                           &gate->weights[unit * p->in_size], p->in_size),
                        gate->bias[unit]);
    const int32_t kept = (int32_t)tg_dot_s8(hidden, -p->hidden_zero_point,
                                            &gate->recurrent[unit * p->units], p->units);
    return saturate(
        saturate(tg_requantize(fed, gate->multiplier, gate->shift)) +
        saturate(tg_requantize(kept, gate->recurrent_multiplier, gate->recurrent_shift)));
}

static void run_gate(const tg_lstm_params *p, const tg_lstm_gate *gate,
                     const int16_t *logistic, const int8_t *in, const int8_t *hidden,
                     int16_t *out)
{
    for (int32_t unit = 0; unit < p->units; unit++) {
        out[unit] = tg_logistic_s16(logistic, gate_unit(p, gate, unit, in, hidden));
    }
}

static void run_cell_gate(const tg_lstm_params *p, const tg_lstm_gate *gate,
                          const int16_t *logistic, const int8_t *in, const int8_t *hidden,
                          int16_t *out)
{
    for (int32_t unit = 0; unit < p->units; unit++) {
        out[unit] = tg_tanh_s16(logistic, gate_unit(p, gate, unit, in, hidden), 3, 0);
    }
}

/* The cell's next value out of its last one and the gates' outputs. */
static int16_t next_cell(const tg_lstm_params *p, int16_t cell, int16_t forget,
                         int16_t input, int16_t update)
{
    const int32_t kept =
        saturate(tg_requantize(forget * cell, p->forget_multiplier, p->forget_shift));
    const int32_t added =
        saturate(tg_requantize(input * update, p->update_multiplier, p->update_shift));
    return (int16_t)tg_clamp(kept + added, p->cell_min, p->cell_max);
}

void tg_lstm_s8(const tg_lstm_params *p, const tg_lstm_gate *input_gate,
                const tg_lstm_gate *forget_gate, const tg_lstm_gate *cell_gate,
                const tg_lstm_gate *output_gate, const int16_t *logistic,
                const int8_t *in, void *scratch, int8_t *out)
{
    int16_t *cell = scratch;
    int16_t *input = &cell[p->units];
    int16_t *forget = &input[p->units];
    int16_t *update = &forget[p->units];
    int16_t *output = &update[p->units];
    int8_t *hidden = (int8_t *)&output[p->units];
    for (int32_t row = 0; row < p->batches * p->steps; row++) {
        const int32_t batch = row / p->steps;
        const int32_t step = row % p->steps;
        const int32_t at = batch * p->batch_stride + step * p->step_stride;
        const int8_t *x = &in[at * p->in_size];
        if (step == 0) {
            memset(cell, 0, (size_t)p->units * sizeof(*cell));
            memset(hidden, p->hidden_zero_point, (size_t)p->units);
        }
        run_gate(p, input_gate, logistic, x, hidden, input);
        run_gate(p, forget_gate, logistic, x, hidden, forget);
        run_cell_gate(p, cell_gate, logistic, x, hidden, update);
        run_gate(p, output_gate, logistic, x, hidden, output);
        for (int32_t u = 0; u < p->units; u++) {
            cell[u] = next_cell(p, cell[u], forget[u], input[u], update[u]);
            const int16_t bent =
                tg_tanh_s16(logistic, cell[u], p->tanh_multiplier, p->tanh_shift);
            const int32_t value =
                tg_requantize(bent * output[u], p->hidden_multiplier, p->hidden_shift);
            hidden[u] =
                (int8_t)tg_clamp(value + p->hidden_zero_point, INT8_MIN, INT8_MAX);
        }
        memcpy(&out[at * p->units], hidden, (size_t)p->units);
    }
}
