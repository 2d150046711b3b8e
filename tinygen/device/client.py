"""Run a model on a device: write its inputs, run it, read its outputs, measure it."""

import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from tinygen.device.channel import Channel, InputsDamagedError, Timeouts
from tinygen.device.frames import MAX_PAYLOAD, Frame, Kind
from tinygen.device.hello import Hello, MemoryUse, read_hello, read_memory, require_firmware
from tinygen.device.link import Link
from tinygen.device.weights import StreamCounts, read_counts
from tinygen.errors import DeviceError

_READY_S = 0.3  # a starting device greets within this; one that runs already stays silent
_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Inference:
    """What one run of the model gave.

    Attributes:
        outputs: Bytes of each output tensor.
        ticks: Of the device's 32-bit counter, from just before to just after the run.
    """

    outputs: tuple[bytes, ...]
    ticks: int


@dataclass(frozen=True, slots=True)
class OpTicks:
    """What one op took: its index in the model file, ticks, and streaming within them."""

    index: int
    ticks: int
    streamed: StreamCounts | None = None


class Device:
    """A device that holds a model; `connect` makes one.

    Attributes:
        hello: What it says about itself.
        start_up_ticks: Its counter when it was ready; None until a start was seen.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.start_up_ticks: int | None = None
        greeting = channel.wait_ready(_READY_S)
        if greeting is not None:
            self.start_up_ticks = greeting.arguments[0]
        self.hello: Hello = read_hello(channel.find().payload)
        self._input_bytes: tuple[int, ...] = ()
        self._output_bytes: tuple[int, ...] = ()

    @classmethod
    def connect(  # noqa: PLR0913 - a link, whom to expect on it, and how to treat it
        cls,
        link: Link,
        model_sha256: str,
        board_id: str,
        timeouts: Timeouts | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        weights: bytes = b"",
    ) -> Self:
        """Greet the device and check that it holds this model.

        Args:
            link: An open one; the caller closes it.
            model_sha256: Of the model file, in hex.
            board_id: The board the firmware should be for.
            timeouts: How long to wait for what.
            clock: For tests.
            weights: The weights file, for a firmware that asks the host for it.

        Raises:
            DeviceError: It does not answer, or it holds something else.
        """
        device = cls(Channel(link, timeouts or Timeouts(), clock, weights))
        require_firmware(device.hello, model_sha256, board_id)
        count = max(device.hello.input_count, device.hello.output_count)
        sizes = [device._channel.ask(Kind.TENSOR, index=n).arguments for n in range(count)]
        device._input_bytes = tuple(size for size, _ in sizes[: device.hello.input_count])
        device._output_bytes = tuple(size for _, size in sizes[: device.hello.output_count])
        return device

    def infer(self, inputs: Sequence[bytes]) -> Inference:
        """Run the model once, undisturbed, and return outputs and cost.

        Args:
            inputs: The bytes of each input tensor.

        Raises:
            ValueError: The inputs are not of the model's sizes.
            DeviceError: The device does not answer, or answers nonsense.
        """
        ticks, checksum = self._start(inputs, Kind.RUN).arguments
        outputs = self._read_outputs()
        if zlib.crc32(b"".join(outputs)) != checksum:
            raise DeviceError(
                "the outputs changed after the run", hint="reset the board and try again"
            )
        return Inference(outputs, ticks)

    def profile(
        self, inputs: Sequence[bytes], *, streams: bool = False
    ) -> tuple[tuple[OpTicks, ...], Inference]:
        """Run the model op by op.

        Args:
            inputs: The bytes of each input tensor.
            streams: The firmware's weights stream: ask what that took of each op.

        Returns:
            What each op took, and the inference, whose ticks are their sum.

        Raises:
            ValueError: The inputs are not of the model's sizes, or the runtime cannot
                run single ops.
            DeviceError: The device does not answer, or answers nonsense.
        """
        if self.hello.op_count == 0:
            raise ValueError("this runtime has no single ops")
        costs: list[OpTicks] = []
        before = self.streamed() if streams else None
        for position in range(self.hello.op_count):
            if position == 0:
                reply = self._start(inputs, Kind.STEP)
            else:
                reply = self._channel.ask(Kind.STEP, arguments=(position, 0))
            ticks, op_index = reply.arguments
            counts = None
            if before is not None:
                now = self.streamed()
                counts, before = now.since(before), now
            costs.append(OpTicks(op_index, ticks, counts))
        return tuple(costs), Inference(self._read_outputs(), sum(one.ticks for one in costs))

    def paint_arena(self) -> None:
        """Fill the arena with paint, so that `memory` sees what the next run touches."""
        self._channel.ask(Kind.PAINT_ARENA)

    def memory(self) -> MemoryUse:
        """Return how much was used of the stack since the start and of a painted arena."""
        return read_memory(self._channel.ask(Kind.MEMORY).payload)

    def streamed(self) -> StreamCounts:
        """Return what streaming weights took since the start."""
        return read_counts(self._channel.ask(Kind.STREAMED).payload)

    def reset(self) -> None:
        """Start the device over: memory is as after power-on."""
        self.start_up_ticks = self._channel.restart().arguments[0]
        self._channel.find()

    def leave(self) -> None:
        """Ask an emulated device to end; there is no answer."""
        self._channel.send(Kind.EXIT)

    def _start(self, inputs: Sequence[bytes], kind: Kind) -> Frame:
        """Write the inputs and run; again when they came damaged."""
        given = tuple(len(data) for data in inputs)
        if given != self._input_bytes:
            raise ValueError(f"inputs of {given} bytes, the model has {self._input_bytes}")
        checksum = zlib.crc32(b"".join(inputs))
        for _ in range(_ATTEMPTS):
            for index, data in enumerate(inputs):
                self._write_input(index, data)
            try:
                return self._channel.ask(kind, arguments=(0, checksum))
            except InputsDamagedError:
                continue
        raise DeviceError(
            f"the inputs arrived damaged {_ATTEMPTS} times",
            hint="use a shorter cable or another port",
        )

    def _write_input(self, index: int, data: bytes) -> None:
        chunk = min(self.hello.max_payload, MAX_PAYLOAD)
        for offset in range(0, len(data), chunk):
            payload = data[offset : offset + chunk]
            self._channel.ask(Kind.WRITE, index, (offset, 0), payload)

    def _read_outputs(self) -> tuple[bytes, ...]:
        return tuple(self._read_output(n, size) for n, size in enumerate(self._output_bytes))

    def _read_output(self, index: int, nbytes: int) -> bytes:
        data = b""
        while len(data) < nbytes:
            reply = self._channel.ask(Kind.READ, index, (len(data), 0))
            data += reply.payload
            if not reply.payload or len(data) > nbytes:
                raise DeviceError(
                    f"output {index} came with {len(data)} of {nbytes} bytes",
                    hint="build and flash the firmware again",
                )
        return data
