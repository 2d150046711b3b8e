"""Look at the int8 values inside the model for ranges that are wasted."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tinygen.quantize.float_model import Array
from tinygen.quantize.int8_model import quantize
from tinygen.quantize.samples import Samples

_SAMPLES = 16
_FEW_LEVELS = 16  # 4 of 8 bits
_OUTLIERS = 0.001  # share of values that may lie outside the levels counted
_SQUASHING = ("LOGISTIC", "TANH")
_SATURATED_SHARE = 0.5


def activation_warnings(content: bytes, samples: Samples) -> list[str]:
    """Return a sentence for each op whose int8 output is constant, narrow or saturated.

    Args:
        content: The int8 .tflite.
        samples: The first few are run.
    """
    interpreter = Interpreter(
        model_content=content,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    seen = _collect(interpreter, samples)
    outputs = {int(detail["index"]) for detail in interpreter.get_output_details()}
    warnings = []
    for index, op_name, tensor, values in _op_outputs(interpreter, seen):
        problem = _problem(op_name, values, is_output=tensor in outputs)
        if problem:
            warnings.append(f"op {index} ({op_name}): {problem}")
    return list(dict.fromkeys(warnings))


def _collect(interpreter: Interpreter, samples: Samples) -> dict[int, Array]:
    """Run samples; return all values of each tensor that an op writes."""
    tensors = {int(i) for op in interpreter._get_ops_details() for i in op["outputs"]}  # noqa: SLF001 - no public list of ops
    seen: dict[int, list[Array]] = {tensor: [] for tensor in tensors}
    for values in islice(samples.sets(), _SAMPLES):
        for detail, value in zip(interpreter.get_input_details(), values, strict=True):
            interpreter.set_tensor(detail["index"], quantize(value, detail))
        interpreter.invoke()
        for tensor, found in seen.items():
            found.append(np.ravel(interpreter.get_tensor(tensor)).copy())
    return {tensor: np.concatenate(found) for tensor, found in seen.items()}


def _op_outputs(
    interpreter: Interpreter, seen: dict[int, Array]
) -> Iterator[tuple[int, str, int, Array]]:
    for op in interpreter._get_ops_details():  # noqa: SLF001 - no public list of ops
        for tensor in map(int, op["outputs"]):
            if seen[tensor].dtype in (np.int8, np.float32):
                yield int(op["index"]), str(op["op_name"]), tensor, seen[tensor]


def _problem(op_name: str, values: Array, *, is_output: bool) -> str | None:
    if values.dtype == np.float32:
        if op_name == "DEQUANTIZE":
            return None
        return "stays float: the converter has no int8 version of it"
    low, high = int(values.min()), int(values.max())
    if low == high:
        return f"its output is {low} for every sample: it is dead"
    if op_name in _SQUASHING and not is_output:
        share = float(np.mean((values == -128) | (values == 127)))
        if share > _SATURATED_SHARE:
            return f"{share:.0%} of its output is saturated: are the inputs normalised?"
    if values.size * _OUTLIERS >= 2:
        inner_low, inner_high = np.quantile(values, (_OUTLIERS / 2, 1 - _OUTLIERS / 2))
        levels = int(inner_high - inner_low) + 1
        if levels < _FEW_LEVELS:
            return (
                f"99.9 % of its output lies in {levels} of 256 levels: rare outliers, or a "
                "channel far larger than the others, take the rest"
            )
    return None
