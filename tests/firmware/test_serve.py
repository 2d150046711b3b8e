"""The device's C code on this host under sanitizers, served to the real client."""

import random
from contextlib import suppress

import pytest

from tests.emulator.small_model import small_model
from tests.firmware.host_device import build_host_device, host_device, test_graph
from tests.oracle import random_inputs, run_tflm
from tests.unit.device.faulty_link import FaultyLink
from tinygen.device.channel import Timeouts
from tinygen.device.client import Device
from tinygen.device.frames import Frame, FrameParser, Kind, encode
from tinygen.errors import DeviceError

FAST = Timeouts(connect_s=1, reply_s=0.1, run_s=5)


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return build_host_device(tmp_path_factory.mktemp("device"))


@pytest.fixture(scope="module")
def case():
    """Return inputs and what the tflite-micro wheel makes of them, both as bytes."""
    inputs = random_inputs(small_model(), 3)[2]
    outputs = run_tflm(small_model(), [inputs])[0]
    return [x.tobytes() for x in inputs], tuple(y.tobytes() for y in outputs)


def connect(link):
    return Device.connect(link, test_graph().sha256, "test-host", FAST)


def exchange(link, *frames):
    """Send raw frames and return what comes back, the greeting left out."""
    parser, received = FrameParser(), []
    for frame in frames:
        link.write(encode(frame))
    while len(received) < 1 + len(frames) and (data := link.read(2)):
        received += parser.feed(data)
    return received[1:]


def test_outputs_equal_the_tflite_micro_wheel(program, case):
    inputs, wanted = case
    with host_device(program) as link:
        device = connect(link)
        assert device.infer(inputs).outputs == wanted
        costs, stepped = device.profile(inputs)
        assert stepped.outputs == wanted
        assert [one.index for one in costs] == [op.index for op in test_graph().ops]


def test_memory_marks_show_what_a_run_touches(program, case):
    with host_device(program) as link:
        device = connect(link)
        device.paint_arena()
        before = device.memory()
        device.infer(case[0])
        after = device.memory()
    assert before.arena_used == 0
    assert 0 < after.arena_used <= after.arena_bytes == device.hello.arena_bytes
    assert after.arena_used % 16 == 0
    assert (after.stack_bytes, after.stack_used) == (64, 64)  # the port never painted it


@pytest.mark.parametrize("seed", range(20))
def test_a_link_that_damages_some_bytes_costs_time_and_nothing_else(program, case, seed):
    inputs, wanted = case
    with host_device(program) as link:
        device = connect(FaultyLink(link, seed, rate=0.002, limit=3))
        assert device.infer(inputs).outputs == wanted


@pytest.mark.parametrize("seed", range(6))
def test_endless_damage_ends_in_the_right_result_or_an_error(program, case, seed):
    inputs, wanted = case
    with host_device(program) as link, suppress(DeviceError):
        faulty = FaultyLink(link, seed, rate=(0.01, 0.1)[seed % 2])
        assert connect(faulty).infer(inputs).outputs == wanted


def test_noise_never_touches_memory_it_should_not(program):
    rng = random.Random(7)
    with host_device(program) as link:
        for _ in range(200):
            link.write(rng.randbytes(50) + b"\xa5\x5a" + rng.randbytes(rng.randrange(60)))
            while link.read(0):
                pass
        assert connect(link).hello.board == "test-host"


@pytest.mark.parametrize(
    ("request_frame", "status"),
    [
        (Frame(Kind.WRITE, 1, index=1, payload=b"x"), -1),
        (Frame(Kind.WRITE, 1, arguments=(671, 0), payload=b"xy"), -1),
        (Frame(Kind.WRITE, 1, arguments=(0xFFFFFFFF, 0), payload=b"xy"), -1),
        (Frame(Kind.READ, 1, index=1), -1),
        (Frame(Kind.READ, 1, arguments=(897, 0)), -1),
        (Frame(Kind.TENSOR, 1, index=1), -1),
        (Frame(Kind.RUN, 1, arguments=(0, 1)), -5),
        (Frame(Kind.STEP, 1, arguments=(1, 0)), -1),
        (Frame(Kind.STEP, 1, arguments=(2, 0)), -1),
        (Frame(Kind.STARTED, 1), -1),
    ],
)
def test_a_request_for_what_does_not_exist_is_refused(program, request_frame, status):
    with host_device(program) as link:
        (answer,) = exchange(link, request_frame)
    assert (answer.kind, answer.sequence) == (Kind.ERROR, 1)
    assert answer.arguments[0] == status & 0xFFFFFFFF


def test_reading_at_the_end_gives_nothing(program):
    with host_device(program) as link:
        (answer,) = exchange(link, Frame(Kind.READ, 1, arguments=(896, 0)))
    assert (answer.kind, answer.is_reply, answer.payload) == (Kind.READ, True, b"")


def test_a_damaged_payload_is_answered_with_a_frame_error(program):
    with host_device(program) as link:
        data = bytearray(encode(Frame(Kind.WRITE, 9, payload=b"abcd")))
        data[-6] ^= 1
        link.write(bytes(data))
        (answer,) = exchange(link, Frame(Kind.HELLO, 10))[:1]
    assert (answer.kind, answer.sequence) == (Kind.ERROR, 9)
    assert answer.arguments[0] == -3 & 0xFFFFFFFF
