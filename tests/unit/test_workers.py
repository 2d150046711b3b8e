"""Threads that stop early."""

import threading

import pytest

from tinygen.workers import workers


def test_all_is_done_where_nothing_fails():
    with workers(2) as pool:
        assert list(pool.map(abs, [-1, -2, -3])) == [1, 2, 3]


def test_what_waits_is_dropped_when_the_block_is_interrupted():
    began, may_end = threading.Event(), threading.Event()
    done = []

    def work(n):
        began.set()
        may_end.wait(60)
        done.append(n)

    def interrupted():
        with workers(1) as pool:
            for n in range(5):
                pool.submit(work, n)
            began.wait(60)
            threading.Timer(0.1, may_end.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done == [0]
