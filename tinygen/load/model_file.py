"""Stage `load`: a model file of any kind to the bytes of an int8 .tflite."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tinygen.errors import ModelError
from tinygen.load.computed_shapes import fold_shapes
from tinygen.load.model_format import find_format
from tinygen.load.numeric_types import find_numeric_type
from tinygen.load.outside_buffers import inline_buffers
from tinygen.load.tiles import replace_tiles
from tinygen.quantize.convert import QuantizeOptions, quantize_model
from tinygen.quantize.report import QuantizationReport


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model as the `graph` stage takes it.

    Attributes:
        name: The file's stem, or the folder's name.
        content: An int8 .tflite file with all buffers inside.
        quantization: None when the file was int8 already.
    """

    name: str
    content: bytes
    quantization: QuantizationReport | None


def load_model(path: Path, options: QuantizeOptions | None = None) -> LoadedModel:
    """Load a model and, where it is float, quantize it.

    An int8 .tflite passes through without TensorFlow. A float .tflite, .keras, .h5 or
    SavedModel is quantized with ``options.samples``.

    Args:
        path: .keras, .h5, SavedModel folder or .tflite.
        options: How to quantize; a float model needs ``samples`` in it.

    Raises:
        ModelError: The model or the samples are unusable.
        ToolchainError: A float model is given and TensorFlow is not installed.
    """
    options = options or QuantizeOptions()
    model_format = find_format(path)
    name = path.name if model_format == "saved_model" else path.stem
    if model_format == "tflite":
        content = _prepare(_read(path), path.name)
        if find_numeric_type(content, path.name) == "int8":
            return LoadedModel(name, content, None)
        with TemporaryDirectory(prefix="tinygen-") as folder:
            prepared = Path(folder) / path.name
            prepared.write_bytes(content)
            quantized = quantize_model(prepared, model_format, options)
    else:
        quantized = quantize_model(path, model_format, options)
    return LoadedModel(name, _prepare(quantized.content, path.name), quantized.report)


def _prepare(content: bytes, name: str) -> bytes:
    """Return an equal file without what TensorFlow Lite Micro lacks or ignores."""
    return replace_tiles(fold_shapes(inline_buffers(content, name), name), name)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path}: cannot read it ({error.strerror})", hint="check the file's permissions"
        ) from error
