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
    TG_ERR_OTHER_MODEL = -4, /* data for another model */
    TG_ERR_INPUT = -5,       /* the inputs in RAM are not what the host sent */
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
