/* SPDX-License-Identifier: Apache-2.0 */
#include "tinygen/weights/file.h"

#include <stdio.h>

static tg_status read_file(const char *path, uint32_t offset, void *to, uint32_t nbytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return TG_ERR_WEIGHTS_LINK;
    }
    const int is_there = fseek(file, (long)offset, SEEK_SET) == 0;
    const size_t count = is_there ? fread(to, 1, nbytes, file) : 0;
    (void)fclose(file);
    return count == nbytes ? TG_OK : TG_ERR_WEIGHTS_LINK;
}

tg_status tg_file_start(tg_weight_source *source, uint32_t offset, void *to,
                        uint32_t nbytes)
{
    tg_file_source *s = (tg_file_source *)source;
    s->status = read_file(s->path, offset, to, nbytes);
    return TG_OK;
}

tg_status tg_file_poll(tg_weight_source *source)
{
    return ((const tg_file_source *)source)->status;
}

void tg_file_stop(tg_weight_source *source)
{
    (void)source;
}
