/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TINYGEN_WEIGHTS_FILE_H
#define TINYGEN_WEIGHTS_FILE_H

#include "tinygen/weight_source.h"

/* A file, for builds that run on a host. */
typedef struct {
    tg_weight_source source;
    const char *path;
    tg_status status; /* of the last read */
} tg_file_source;

#define TG_FILE_SOURCE {tg_file_start, tg_file_poll, tg_file_stop, UINT32_MAX, 0, NULL}

tg_status tg_file_start(tg_weight_source *source, uint32_t offset, void *to,
                        uint32_t nbytes);
tg_status tg_file_poll(tg_weight_source *source);
void tg_file_stop(tg_weight_source *source);

#endif
