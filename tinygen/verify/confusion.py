"""Which class was taken for which."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tinygen.ops.contract import Array

_MOST_SHOWN = 20


def predicted_class(output: Array) -> int:
    """Return the class an output names: its largest value; one value is a probability of 1.

    >>> predicted_class(np.array([-3, 5], np.int8)), predicted_class(np.array([-1], np.int8))
    (1, 0)
    """
    if output.size == 1:
        middle = 0 if output.dtype.kind == "i" else 0.5
        return int(output.flat[0] > middle)
    return int(np.argmax(output))


def confusion_matrix(labels: Sequence[int], predicted: Sequence[int]) -> NDArray[np.int64]:
    """Count the samples of each label (row) by predicted class (column).

    >>> confusion_matrix([0, 1, 1], [0, 1, 0])
    array([[1, 0],
           [1, 1]])
    """
    size = max(*labels, *predicted) + 1
    matrix = np.zeros((size, size), np.int64)
    np.add.at(matrix, (np.asarray(labels), np.asarray(predicted)), 1)
    return matrix


def confusion_text(matrix: NDArray[np.int64]) -> str:
    """Return the matrix as a table; of many classes only what is mistaken most."""
    size = len(matrix)
    if size > _MOST_SHOWN:
        wrong = [(int(matrix[a, b]), a, b) for a in range(size) for b in range(size) if a != b]
        worst = [row for row in sorted(wrong, reverse=True)[:_MOST_SHOWN] if row[0]]
        rows = [f"  {count:>6} of class {a} taken for {b}" for count, a, b in worst]
        return "\n".join(["  mistaken most:", *rows] if rows else ["  no class was mistaken"])
    width = max(5, len(str(matrix.max())) + 1)
    head = "  label | " + "".join(f"{n:>{width}}" for n in range(size)) + "  predicted"
    rows = [
        f"  {n:>5} | " + "".join(f"{value:>{width}}" for value in row)
        for n, row in enumerate(matrix)
    ]
    return "\n".join([head, *rows])
