/* SPDX-License-Identifier: Apache-2.0 */
/* The window that convolutions and pooling slide over an image. */
#ifndef TINYGEN_KERNELS_WINDOW_H
#define TINYGEN_KERNELS_WINDOW_H

#include <stdint.h>

/* _h counts rows, _w columns; all but pad are positive, and in + dilated filter + stride
 * fit int32. */
typedef struct {
    int32_t in_h, in_w;
    int32_t filter_h, filter_w; /* before dilation */
    int32_t out_h, out_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_h, pad_w; /* rows above, columns left */
} tg_window;

#endif
