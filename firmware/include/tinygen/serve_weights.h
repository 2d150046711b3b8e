/* SPDX-License-Identifier: Apache-2.0 */
/* What serving a model does about weights that stream; nothing where none do. */
#ifndef TINYGEN_SERVE_WEIGHTS_H
#define TINYGEN_SERVE_WEIGHTS_H

#include "model.h"
#include "tinygen/protocol.h"

#ifdef MODEL_STREAMS

static inline tg_status tg_open_weights(void)
{
    return model_open();
}

/* They are not when that has failed before: their source may have come late. */
static inline int tg_weights_are_open(void)
{
    return model_stream.is_open != 0;
}

/* Send why weights cannot be used, as the answer to the request in frame if status says
 * so; returns whether it did. */
static inline int tg_refuse(tg_frame *frame, tg_status status)
{
    static const char source[] = MODEL_WEIGHT_SOURCE;
    if (status != TG_ERR_OTHER_MODEL &&
        (status > TG_ERR_WEIGHTS_FORMAT || status < TG_ERR_WEIGHTS_CLOSED)) {
        return 0;
    }
    frame->type = TG_REFUSED;
    frame->nbytes = sizeof source - 1;
    frame->arguments[0] = (uint32_t)status;
    frame->arguments[1] = model_stream.failed;
    tg_send(frame, source);
    return 1;
}

/* Answer what streaming took since the start. */
static inline tg_status tg_send_streamed(tg_frame *frame)
{
    frame->type |= TG_REPLY;
    frame->nbytes = sizeof model_stream.counts;
    tg_send(frame, &model_stream.counts);
    return TG_OK;
}

#else

static inline tg_status tg_open_weights(void)
{
    return TG_OK;
}

static inline int tg_weights_are_open(void)
{
    return 1;
}

static inline int tg_refuse(tg_frame *frame, tg_status status)
{
    (void)frame;
    (void)status;
    return 0;
}

static inline tg_status tg_send_streamed(tg_frame *frame)
{
    (void)frame;
    return TG_ERR_ARG;
}

#endif

#endif
