/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_KERNELS_LSTM_S8_H
#define TINYGEN_KERNELS_LSTM_S8_H

#include <stdint.h>

typedef struct {
    int32_t batches, steps, in_size, units;
    int32_t batch_stride, step_stride; /* in steps of input and output */
    int32_t in_offset;                 /* minus the input zero point */
    int32_t hidden_zero_point;
    int32_t tanh_multiplier, tanh_shift;     /* cell to the argument of tanh */
    int32_t cell_min, cell_max;              /* limits of the cell */
    int32_t forget_multiplier, forget_shift; /* forget gate times cell, to the cell */
    int32_t update_multiplier, update_shift; /* input gate times cell gate, to the cell */
    int32_t hidden_multiplier, hidden_shift; /* output gate times tanh, to the output */
} tg_lstm_params;

typedef struct {
    const int8_t *weights;   /* [units][in_size], symmetric */
    const int8_t *recurrent; /* [units][units], symmetric */
    const int32_t *bias;     /* [units] */
    int32_t multiplier, shift;
    int32_t recurrent_multiplier, recurrent_shift;
} tg_lstm_gate;

/* Long short-term memory, int8 in and out, int16 cell and gates; hidden state and cell
 * start at zero in every call.
 *
 * logistic  [256]  see int16_functions.h
 * in        [batches][steps][in_size], or steps first, as the strides say
 * scratch   [11 * units] bytes, aligned to 2
 * out       as in, [units]; must not overlap in */
void tg_lstm_s8(const tg_lstm_params *p, const tg_lstm_gate *input_gate,
                const tg_lstm_gate *forget_gate, const tg_lstm_gate *cell_gate,
                const tg_lstm_gate *output_gate, const int16_t *logistic,
                const int8_t *in, void *scratch, int8_t *out);

#endif
