/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_STATUS_H
#define TINYGEN_STATUS_H

/* What every runtime function that can fail returns; values are stable, the host decodes
 * them. */
typedef enum {
    TG_OK = 0,
    TG_ERR_ARG = -1,    /* a request names something that does not exist */
    TG_ERR_KERNEL = -2, /* a library kernel refused its arguments: a bug in tinygen */
    TG_ERR_FRAME = -3,  /* a damaged frame came over the link */
    TG_ERR_OTHER_MODEL = -4,     /* data for another model */
    TG_ERR_INPUT = -5,           /* the inputs in RAM are not what the host sent */
    TG_ERR_WEIGHTS_FORMAT = -6,  /* no weights file, or one of another format */
    TG_ERR_OTHER_BUILD = -7,     /* weights of this model for another firmware */
    TG_ERR_WEIGHTS_DAMAGED = -8, /* a chunk of weights has a wrong checksum */
    TG_ERR_WEIGHTS_STALLED = -9, /* a source of weights did not deliver in time */
    TG_ERR_WEIGHTS_LINK = -10,   /* a source of weights reported a failure */
    TG_ERR_WEIGHTS_CLOSED = -11, /* the weights have not been opened */
    TG_BUSY = 1,                 /* not an error: not done yet */
} tg_status;

/* Return early with the first status that is not TG_OK. */
#define TG_TRY(expr)                                                                     \
    do {                                                                                 \
        const tg_status tg_try_ = (expr);                                                \
        if (tg_try_ != TG_OK) {                                                          \
            return tg_try_;                                                              \
        }                                                                                \
    } while (0)

#endif
