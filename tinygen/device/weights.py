"""What a device says about weights that stream: why it refuses them, what they took."""

import struct
from dataclasses import dataclass

from tinygen.device.frames import Frame
from tinygen.errors import DeviceError

_COUNTS = struct.Struct("<4I")
_NO_CHUNK = 0xFFFFFFFF

# tg_status, firmware/include/tinygen/status.h: what it is, what to do.
_FORMAT_HINT = "put the weights.bin that 'tinygen build' wrote where the board reads it, whole"
_REASONS = {
    -4: (
        "the weights from '{source}' are of another model",
        "use the weights.bin that was built together with this firmware",
    ),
    -6: ("'{source}' holds no weights file of this format", _FORMAT_HINT),
    -7: (
        "the weights from '{source}' are of another build of this model",
        "use the weights.bin that was built together with this firmware",
    ),
    -8: ("{what} from '{source}' is damaged", _FORMAT_HINT),
    -9: (
        "'{source}' did not deliver {what} in time",
        "check that the source of weights is connected and answers",
    ),
    -10: (
        "'{source}' failed to read {what}",
        "check that the source of weights is connected and answers",
    ),
    -11: ("the weights from '{source}' were not opened", "reset the board"),
}


@dataclass(frozen=True, slots=True)
class StreamCounts:
    """What streaming took since the device started.

    Attributes:
        loads: Chunks that came right.
        nbytes: In them.
        retries: Reads that had to be done again.
        ticks: Of the counter in which the core copied, checked or waited.
    """

    loads: int
    nbytes: int
    retries: int
    ticks: int

    def since(self, before: "StreamCounts") -> "StreamCounts":
        """Return the difference; the device's counts are 32 bits and wrap."""
        return StreamCounts(
            (self.loads - before.loads) & 0xFFFFFFFF,
            (self.nbytes - before.nbytes) & 0xFFFFFFFF,
            (self.retries - before.retries) & 0xFFFFFFFF,
            (self.ticks - before.ticks) & 0xFFFFFFFF,
        )


def read_counts(payload: bytes) -> StreamCounts:
    """Decode the answer to STREAMED."""
    return StreamCounts(*_COUNTS.unpack(payload))


def weights_error(frame: Frame) -> DeviceError:
    """Return what to raise when the device refuses its weights."""
    status, chunk = frame.arguments[0] - (1 << 32), frame.arguments[1]
    what = "the header of the weights" if chunk == _NO_CHUNK else f"chunk {chunk} of the weights"
    message, hint = _REASONS.get(status, (f"weights failed with status {status}", "reset"))
    source = frame.payload.decode("ascii", "replace")
    return DeviceError(message.format(source=source, what=what), hint=hint)
