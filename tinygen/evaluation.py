"""Run labelled samples on a device: accuracy, who is taken for whom, the first mismatch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinygen.errors import UsageError
from tinygen.ops.contract import Array
from tinygen.progress import Progress
from tinygen.report.model import Report
from tinygen.report.text import verify_text
from tinygen.session import Built, Mismatch, choose_inputs, verify
from tinygen.verify.confusion import confusion_matrix, confusion_text, predicted_class


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What the samples gave.

    Attributes:
        report: With ``verify`` and ``accuracy`` filled in.
        matrix: Samples of each label (row) by the class the device predicted (column).
        mismatch: The first value that differs from the host's; None when all are exact.
    """

    report: Report
    matrix: NDArray[np.int64]
    mismatch: Mismatch | None

    def text(self) -> str:
        """Return it for a terminal."""
        rows = [verify_text(self.report), confusion_text(self.matrix)]
        first = self.mismatch
        if first is not None:
            rows.append(
                f"  first mismatch: sample {first.input_number}, output {first.output}, "
                f"value {first.position}: device {first.device:g}, host {first.oracle:g}"
            )
        return "\n".join(rows)


def evaluate(built: Built, dataset: Path, port: str | None, progress: Progress) -> Evaluation:
    """Send every sample to the device and compare it with the host's and the labels.

    Raises:
        UsageError: The samples have no labels.
        ModelError: They cannot be read or do not fit the model.
        DeviceError: The device does not answer, or answers nonsense.
    """
    inputs = choose_inputs(built, 0, dataset)
    if inputs.labels is None:
        raise UsageError(
            f"{dataset} has no labels", hint="store the class of each sample as 'y' in the .npz"
        )
    predicted: list[int] = []

    def watch(_: int, outputs: tuple[Array, ...]) -> None:
        predicted.append(predicted_class(outputs[0]))

    report, first = verify(built, inputs, port, progress, watch)
    labels = [int(label) for label in inputs.labels]
    return Evaluation(report, confusion_matrix(labels, predicted), first)
