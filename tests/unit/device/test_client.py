"""The host's client against a device in memory, well and badly behaved."""

import random
from contextlib import suppress

import pytest

from tests.unit.device.fake_device import BOARD, SHA256, SIZES, FakeDevice
from tests.unit.device.faulty_link import FaultyLink
from tinygen.device.channel import Timeouts
from tinygen.device.client import Device
from tinygen.device.frames import Kind
from tinygen.device.hello import MemoryUse
from tinygen.device.measure import OpCost, take_trace
from tinygen.errors import DeviceError

LONGEST_S = 1000.0  # of the fake clock: what all retries of one test may add up to


def connect(device, link=None, **timeouts):
    return Device.connect(link or device, SHA256, BOARD, Timeouts(**timeouts), device.clock)


def random_inputs(seed):
    rng = random.Random(seed)
    return [rng.randbytes(n) for n in SIZES]


def reversed_all(inputs):
    return tuple(bytes(reversed(data)) for data in inputs)


def test_connect_learns_what_the_device_is():
    device = connect(FakeDevice())
    assert (device.hello.board, device.hello.op_count) == (BOARD, 2)
    assert (device.hello.counter_hz, device.hello.counts_cycles) == (25_000_000, False)
    assert device.start_up_ticks == 1000


class LateDevice(FakeDevice):
    """It starts after a while, and hears nothing before."""

    starts_s = 1.0

    def read(self, timeout_s):
        if self.now + timeout_s < self.starts_s:
            self.now += timeout_s
            return b""
        self.now = max(self.now, self.starts_s)
        return super().read(timeout_s)

    def write(self, data):
        if self.now >= self.starts_s:
            super().write(data)


def test_a_device_that_starts_after_it_was_asked_is_asked_again_when_it_greets():
    late = LateDevice()
    assert connect(late, connect_s=60, reply_s=20).hello.board == BOARD
    assert late.now < late.starts_s + 1


def test_infer_returns_outputs_and_ticks():
    inputs = random_inputs(0)
    result = connect(FakeDevice()).infer(inputs)
    assert (result.outputs, result.ticks) == (reversed_all(inputs), 12345)


def test_inputs_of_a_wrong_size_are_refused_before_anything_is_sent():
    with pytest.raises(ValueError, match="inputs of"):
        connect(FakeDevice()).infer([b"1", b"2"])


def test_a_trace_holds_ops_memory_and_instructions():
    trace = take_trace(connect(FakeDevice()), random_inputs(0), icount_shift=8)
    assert trace.ops == (OpCost(10, 6000, 938), OpCost(11, 6001, 938))
    assert trace.memory == MemoryUse(2048, 272, 4096, 4000)
    assert (trace.instructions, trace.cycles) == (1929, None)
    assert trace.start_up_instructions == 156


def test_a_counter_that_stands_still_is_an_error_and_not_a_zero():
    fake = FakeDevice()
    send = fake._send

    def without_ticks(code, sequence, index, arguments, payload=b""):
        ticks, rest = arguments
        send(code, sequence, index, (0 if code in {0x84, 0x85} else ticks, rest), payload)

    fake._send = without_ticks
    with pytest.raises(DeviceError) as caught:
        take_trace(connect(fake), random_inputs(0), icount_shift=None)
    assert str(caught.value) == "the board's counter stands still"


def test_a_lost_answer_does_not_run_the_model_twice():
    fake = FakeDevice()
    device = connect(fake)

    class LosesFirstResult:
        """Swallow everything the device says to the first RUN."""

        swallowed = False

        def read(self, timeout_s):
            data = fake.read(timeout_s)
            if b"\xa5\x5a\x84" in data and not self.swallowed:
                self.swallowed = True
                return b""
            return data

        write, close = fake.write, fake.close

    device._channel._link = LosesFirstResult()
    inputs = random_inputs(1)
    assert device.infer(inputs).outputs == reversed_all(inputs)
    assert fake.runs == 1


@pytest.mark.parametrize("seed", range(200))
def test_a_link_that_damages_some_bytes_costs_time_and_nothing_else(seed):
    fake = FakeDevice()
    link = FaultyLink(fake, seed, rate=0.002, limit=4)
    inputs = random_inputs(seed)
    device = connect(fake, link)
    assert device.infer(inputs).outputs == reversed_all(inputs)
    costs, again = device.profile(inputs)
    assert again.outputs == reversed_all(inputs)
    assert [(one.index, one.ticks) for one in costs] == [(10, 6000), (11, 6001)]
    assert fake.now < LONGEST_S


@pytest.mark.parametrize("seed", range(200))
def test_a_link_that_damages_without_end_ends_in_the_right_result_or_an_error(seed):
    fake = FakeDevice()
    link = FaultyLink(fake, 1000 + seed, rate=(0.001, 0.005, 0.02, 0.2)[seed % 4])
    inputs = random_inputs(seed)
    with suppress(DeviceError):
        assert connect(fake, link).infer(inputs).outputs == reversed_all(inputs)
    assert fake.now < LONGEST_S


def test_both_outcomes_occur_under_endless_damage():
    outcomes = set()
    for seed in range(12):
        fake = FakeDevice()
        link = FaultyLink(fake, seed, rate=(0.001, 0.2)[seed % 2])
        try:
            connect(fake, link).infer(random_inputs(0))
            outcomes.add("right")
        except DeviceError:
            outcomes.add("error")
    assert outcomes == {"right", "error"}


class Silent:
    """A device that takes everything and never answers."""

    now = 0.0

    def clock(self):
        return self.now

    def read(self, timeout_s):
        self.now += timeout_s
        return b""

    def write(self, data):
        pass


class Babbling(Silent):
    """A device that never stops talking, and says nothing."""

    def __init__(self):
        self.random = random.Random(0)

    def read(self, timeout_s):
        self.now += min(timeout_s, 0.001)
        return self.random.randbytes(8)


@pytest.mark.parametrize("device", [Silent(), Babbling()])
def test_a_device_that_never_answers_is_an_error_within_the_timeout(device):
    with pytest.raises(DeviceError) as caught:
        connect(device, connect_s=10)
    assert str(caught.value) == "the device did not answer within 10 s"
    assert caught.value.hint == (
        "check the port, reset the board, and that tinygen's firmware is on it"
    )
    assert device.now < 14


def test_a_device_that_falls_silent_is_an_error():
    fake = FakeDevice()
    device = connect(fake)
    device._channel._link = Silent()
    device._channel._clock = device._channel._link.clock
    with pytest.raises(DeviceError) as caught:
        device.memory()
    assert str(caught.value) == "the device stopped answering (MEMORY, asked 6 times)"
    assert device._channel._link.now < 10


def test_an_inference_that_never_ends_is_an_error():
    fake = FakeDevice()
    device = connect(fake, run_s=30)
    fake._run = lambda _code, sequence, arguments: fake._send(0xFD, sequence, 0, arguments)
    started = fake.now
    with pytest.raises(DeviceError) as caught:
        device.infer(random_inputs(0))
    assert str(caught.value) == "the inference did not end within 30 s"
    assert 30 <= fake.now - started < 40


def test_a_long_inference_is_waited_for():
    inputs = random_inputs(2)
    assert connect(FakeDevice(run_s=100)).infer(inputs).outputs == reversed_all(inputs)


def test_firmware_of_another_model_is_an_error():
    with pytest.raises(DeviceError) as caught:
        connect(FakeDevice(sha256="cd" * 32))
    assert str(caught.value) == (
        "this firmware holds another model (sha256 cdcdcdcdcdcd, not abababababab)"
    )
    assert caught.value.hint == "build and flash this model again"


def test_firmware_for_another_board_is_an_error():
    with pytest.raises(DeviceError) as caught:
        connect(FakeDevice(board="stm32h7"))
    assert str(caught.value) == "this firmware was built for board 'stm32h7', not 'qemu-m4'"
    assert caught.value.hint == "use --board stm32h7, or build and flash for this board"


def test_another_protocol_version_is_an_error():
    with pytest.raises(DeviceError) as caught:
        connect(FakeDevice(version=2))
    assert str(caught.value) == "the firmware speaks protocol version 2, not 1"
    assert caught.value.hint == "build and flash it again with this version of tinygen"


def test_a_board_that_starts_over_in_a_run_is_an_error():
    with pytest.raises(DeviceError) as caught:
        connect(FakeDevice(restarts_on=4)).infer(random_inputs(0))
    assert str(caught.value) == "the board started over in the middle of its work"
    assert caught.value.hint == "check its supply: a brown-out or a watchdog resets it"


def test_a_fault_is_an_error_that_says_where():
    with pytest.raises(DeviceError) as caught:
        connect(FakeDevice(faults_on=4)).infer(random_inputs(0))
    assert str(caught.value) == (
        "the core faulted (pc=0x00001234 lr=0x00005678 sp=0x20000700 exception=3 cfsr=0x00000082)"
    )


def test_a_refused_request_is_an_error():
    fake = FakeDevice()
    device = connect(fake)
    with pytest.raises(DeviceError) as caught:
        device._channel.ask(Kind.EXIT)
    assert str(caught.value) == "the device refused EXIT (status -1)"


def test_memory_that_changes_between_runs_is_an_error():
    fake = FakeDevice()
    device = connect(fake)
    original = fake._run

    def forgetful(code, sequence, arguments):
        original(code, sequence, arguments)
        if code == 5 and arguments[0] == 1:
            fake.outputs[0][3] ^= 1

    fake._run = forgetful
    with pytest.raises(DeviceError) as caught:
        take_trace(device, random_inputs(0), None)
    assert str(caught.value) == "the outputs differ between two runs on the same inputs"
