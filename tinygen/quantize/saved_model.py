"""Open a SavedModel folder as a `FloatModel`.

Imports TensorFlow; only the worker may import this module.
"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from tinygen.errors import ModelError
from tinygen.quantize.converter import reason, static_model, static_shape
from tinygen.quantize.float_model import FloatModel, InputSpec


def open_saved_model(path: Path) -> FloatModel:
    """Load a SavedModel's serving signature.

    Inputs are in the order of the Keras model that was exported where the folder tells it,
    else, as outputs are, in that of their names: the signature's own order is arbitrary.

    Raises:
        ModelError: TensorFlow cannot load it, or it has no signature to convert.
    """
    try:
        loaded = tf.saved_model.load(str(_without_optimizer(path)))
    except Exception as error:  # TensorFlow raises many types; all are about the user's folder
        raise ModelError(
            f"TensorFlow cannot load this SavedModel: {reason(error)}",
            hint="write it again with model.export('folder'), and copy the whole folder",
        ) from error
    signature = _signature(loaded.signatures)
    specs = signature.structured_input_signature[1]
    names = _input_order(loaded, specs)
    inputs = [InputSpec(n, _shape(n, specs[n]), specs[n].dtype.name) for n in names]
    outputs = sorted(signature.structured_outputs, key=_natural)

    def call(*tensors: Any) -> list[Any]:
        assert loaded is not None  # the variables live only as long as this reference does
        results = signature(**dict(zip(names, tensors, strict=True)))
        return [results[name] for name in outputs]

    return static_model(inputs, outputs, call)


def _input_order(loaded: Any, specs: Mapping[str, Any]) -> list[str]:
    """Return the inputs' names as Keras 3's endpoint ``serve`` takes them, else sorted."""
    serve = getattr(loaded, "serve", None)
    traced = getattr(serve, "concrete_functions", None)
    if traced:
        arguments = tf.nest.flatten(traced[0].structured_input_signature)
        names = [str(spec.name) for spec in arguments if isinstance(spec, tf.TensorSpec)]
        if sorted(names) == sorted(specs):
            return names
    return sorted(specs, key=_natural)


def _without_optimizer(path: Path) -> Path:
    """Return the folder, or a copy in the worker's own folder without optimizer state.

    Keras 2 saved its optimizer's slots, which TensorFlow cannot restore without Keras 2.
    """
    model = SavedModel.FromString((path / "saved_model.pb").read_bytes())
    nodes = [node for meta in model.meta_graphs for node in meta.object_graph_def.nodes]
    if not any(node.slot_variables for node in nodes):
        return path
    for node in nodes:
        del node.slot_variables[:]
    copy = Path(tempfile.mkdtemp(dir=Path.cwd()))
    for name in ("variables", "assets"):
        if (path / name).is_dir():
            shutil.copytree(path / name, copy / name, copy_function=shutil.copyfile)
    (copy / "saved_model.pb").write_bytes(model.SerializeToString(deterministic=True))
    return copy


def _natural(name: str) -> tuple[str, int]:
    """Sort output_10 after output_9.

    >>> sorted(["output_10", "output_9"], key=_natural)
    ['output_9', 'output_10']
    """
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or 0)


def _shape(name: str, spec: Any) -> tuple[int, ...]:
    if spec.shape.rank is None:
        return static_shape(name, [])
    return static_shape(name, spec.shape.as_list())


def _signature(signatures: Any) -> Any:
    names = sorted(signatures)
    if "serving_default" in names:
        return signatures["serving_default"]
    if len(names) == 1:
        return signatures[names[0]]
    listed = ", ".join(names) or "none"
    raise ModelError(
        f"has no signature 'serving_default' (it has: {listed})",
        hint="write it again with model.export('folder')",
    )
