"""Threads that work side by side, and stop early when one fails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def workers(count: int) -> Iterator[ThreadPoolExecutor]:
    """Give ``count`` threads; when the block fails or is interrupted, what waits is dropped.

    ``ThreadPoolExecutor`` alone would do all that waits before it lets the error out.
    """
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
