"""LOOK_UP: tinygen's own op, a function of one int8 value given by its 256 values."""

from dataclasses import dataclass

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Array
from tinygen.ops.fixed_point import Int64
from tinygen.ops.look_up import look_up_op

NAME = "LOOK_UP"


@dataclass(frozen=True, slots=True)
class Table:
    """The outputs for -128 to 127, and the ops they were computed by."""

    values: tuple[int, ...]
    ops: tuple[str, ...]


def _look_up(_graph: Graph, op: Op, values: Int64) -> Array:
    assert isinstance(op.options, Table)
    return np.array(op.options.values, np.int64)[values + 128]


OP = look_up_op(NAME, _look_up, max_version=1)
