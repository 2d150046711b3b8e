"""Move buffers that a .tflite file keeps outside its flatbuffer back inside.

Tools write them there once the weights are large (ai-edge-quantizer from 256 KiB). TensorFlow
Lite Micro knows nothing of them: it reads empty buffers and computes garbage, without a word.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tinygen.errors import ModelError
from tinygen.load.damage import reading
from tinygen.load.rewrite import pack


def inline_buffers(content: bytes, name: str) -> bytes:
    """Return the file with all its buffers inside; the same bytes where they already are.

    Args:
        content: The .tflite file.
        name: What to call the model in messages.

    Raises:
        ModelError: The file is damaged, or a buffer lies beyond its end.
    """
    with reading(name):
        model = schema.Model.GetRootAs(content, 0)
        if all(model.Buffers(i).Offset() <= 1 for i in range(model.BuffersLength())):
            return content
        unpacked = schema.ModelT.InitFromPackedBuf(content, 0)
        for index, buffer in enumerate(unpacked.buffers):
            _inline(buffer, index, content, name)
        return pack(unpacked)


def _inline(buffer: schema.BufferT, index: int, content: bytes, name: str) -> None:
    if buffer.offset <= 1:  # 0 is the default; 1 a converter's mark for "to be filled in"
        return
    stop = buffer.offset + buffer.size
    if stop > len(content):
        raise ModelError(
            f"{name}: buffer {index} ends at byte {stop} of a file of {len(content)}",
            hint="the file is cut short; copy or convert it again",
        )
    buffer.data = np.frombuffer(content[buffer.offset : stop], np.uint8)
    buffer.offset = buffer.size = 0
