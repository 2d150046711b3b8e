"""500 seeded faults of the link: never a hang, never a wrong result."""

import pytest

from tests.unit.device.fake_device import BOARD, SHA256, FakeDevice
from tests.unit.device.faulty_link import FaultyLink, LateLink, ResettingLink
from tests.unit.device.test_client import LONGEST_S, Silent, random_inputs, reversed_all
from tinygen.device.channel import Timeouts
from tinygen.device.client import Device
from tinygen.device.measure import take_trace
from tinygen.errors import DeviceError

SEEDS = 72  # of each of seven faults: 504


def attempt(fake, link, seed):
    """Connect, infer and measure; return "right" or the error, whose time is bounded."""
    inputs = random_inputs(seed)
    try:
        device = Device.connect(link, SHA256, BOARD, Timeouts(), fake.clock)
        assert device.infer(inputs).outputs == reversed_all(inputs)
        trace = take_trace(device, inputs, icount_shift=8)
        assert trace.outputs == reversed_all(inputs)
        assert [(op.index, op.ticks) for op in trace.ops] == [(10, 6000), (11, 6001)]
        assert trace.ticks == 12345
    except DeviceError as error:
        return str(error) if error.hint else "no hint"
    finally:
        assert fake.now < LONGEST_S
    return "right"


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("kind", ["drop", "double", "flip"])
def test_a_few_damaged_bytes_cost_time_and_nothing_else(kind, seed):
    fake = FakeDevice()
    link = FaultyLink(fake, seed, rate=0.002, limit=4, kinds=(kind,))
    assert attempt(fake, link, seed) == "right"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_late_bytes_cost_time_and_nothing_else(seed):
    fake = FakeDevice()
    assert attempt(fake, LateLink(fake, seed, longest_s=0.8), seed) == "right"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_bytes_later_than_anyone_waits_are_right_or_an_error(seed):
    fake = FakeDevice()
    attempt(fake, LateLink(fake, seed, longest_s=8.0), seed)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_reset_in_the_middle_of_a_frame_is_noticed_or_does_not_matter(seed):
    fake = FakeDevice()
    outcome = attempt(fake, ResettingLink(fake, seed, most=4000), seed)
    assert outcome in {
        "right",
        "the board started over in the middle of its work",
        "the device refused STEP (status -1)",  # its greeting was lost, and so was its place
        "the outputs changed after the run",
        "the outputs differ between two runs on the same inputs",
    }


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_device_that_falls_silent_for_good_is_an_error(seed):
    fake = FakeDevice()

    class Dying(Silent):
        """Pass on so many bytes and then nothing."""

        left = 1 + 47 * seed

        def read(self, timeout_s):
            data = fake.read(timeout_s)[: max(self.left, 0)]
            self.left -= len(data)
            if not data and self.left <= 0:
                fake.now += timeout_s
            return data

        write = fake.write

    outcome = attempt(fake, Dying(), seed)
    assert outcome == "right" or "answer" in outcome or "did not end" in outcome, outcome


def test_resets_and_silence_are_really_met():
    outcomes = set()
    for seed in range(SEEDS):
        fake = FakeDevice()
        outcomes.add(attempt(fake, ResettingLink(fake, seed, most=4000), seed))
    assert "the board started over in the middle of its work" in outcomes
