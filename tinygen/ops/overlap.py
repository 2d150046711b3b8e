"""How far an op's output must trail its input so that one buffer can serve both."""

import numpy as np

from tinygen.ops.window import Window


def raster_overlap(
    window: Window,
    in_pixel_bytes: int,
    out_pixel_bytes: int,
    *,
    group: int = 1,
    reads_first: bool = False,
) -> int:
    """Return how many bytes below the input the output may start (``Kernel.overlap``).

    Holds for a kernel that computes output pixels in raster order, ``group`` at a time,
    reads nothing for a group before that group's windows begin, and writes nothing
    beyond the group. Within a group reads and writes may come in any order.

    Args:
        window: How the filter slides; one image.
        in_pixel_bytes: Bytes of one input pixel.
        out_pixel_bytes: Bytes of one output pixel.
        group: Output pixels computed together; rows do not end a group.
        reads_first: All that a group reads is read before any of it is written.

    Returns:
        Bytes, >= 0; the output's size when sharing gains nothing.
    """
    rows = np.maximum(np.arange(window.out_hw[0]) * window.stride[0] - window.pad[0], 0)
    columns = np.maximum(np.arange(window.out_hw[1]) * window.stride[1] - window.pad[1], 0)
    first = (rows[:, None] * window.in_hw[1] + columns[None, :]).ravel() * in_pixel_bytes
    still_needed = np.minimum.accumulate(first[::-1])[::-1]
    starts = np.arange(0, first.size, group)
    written = np.minimum(starts + group, first.size) * out_pixel_bytes
    needed = still_needed[starts]
    if reads_first:
        written, needed = written[:-1], needed[1:]
    return max(int((written - needed).max(initial=0)), 0)
