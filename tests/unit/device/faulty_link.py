"""Links that misbehave: lost, doubled, flipped, invented and late bytes, by a seed."""

import random


class FaultyLink:
    """Pass bytes on to another link, damaging some on either way.

    Args:
        inner: The link to damage.
        seed: Same seed, same damage to the same traffic.
        rate: Chance that a byte is damaged.
        limit: Damages in all, so that a patient host wins; None for no end.
    """

    KINDS = ("drop", "double", "flip", "invent", "cut")

    def __init__(self, inner, seed, rate, limit=None, kinds=KINDS):
        self.inner, self.rate, self.kinds = inner, rate, kinds
        self.left = limit if limit is not None else -1
        self.random = random.Random(seed)
        self.faults = 0

    def _damage(self, data: bytes) -> bytes:
        out = bytearray()
        position = 0
        while position < len(data):
            byte = data[position]
            position += 1
            if self.left == 0 or self.random.random() >= self.rate:
                out.append(byte)
                continue
            self.left -= 1
            self.faults += 1
            match self.random.choice(self.kinds):
                case "double":
                    out += bytes([byte, byte])
                case "flip":
                    out.append(byte ^ 1 << self.random.randrange(8))
                case "invent":
                    out += self.random.randbytes(self.random.randrange(1, 40)) + bytes([byte])
                case "cut":
                    position += self.random.randrange(60)
        return bytes(out)

    def read(self, timeout_s: float) -> bytes:
        data = self.inner.read(timeout_s)
        return self._damage(data) if data else b""

    def write(self, data: bytes) -> None:
        damaged = self._damage(data)
        if damaged:
            self.inner.write(damaged)

    def close(self) -> None:
        self.inner.close()


class LateLink:
    """Hold back what the device says, in pieces, for longer than the host waits at times.

    Args:
        device: A `FakeDevice`, whose clock is ours.
        seed: Same seed, same delays.
        longest_s: Of one delay.
    """

    def __init__(self, device, seed, longest_s):
        self.device, self.longest_s = device, longest_s
        self.random = random.Random(seed)
        self.held = []  # (when it may be read, what)

    def read(self, timeout_s):
        end = self.device.now + timeout_s
        while self.device.out:
            count = self.random.randrange(1, 80)
            late_s = self.random.random() ** 4 * self.longest_s
            due = max(self.device.now + late_s, self.held[-1][0] if self.held else 0)
            self.held.append((due, bytes(self.device.out[:count])))
            del self.device.out[:count]
        if not self.held or self.held[0][0] > end:
            self.device.now = end
            return b""
        due, data = self.held.pop(0)
        self.device.now = max(self.device.now, due) + 0.001
        return data

    def write(self, data):
        self.device.write(data)


class ResettingLink:
    """Start the device over in the middle of a frame, on either way.

    Args:
        device: A `FakeDevice`.
        seed: Same seed, same byte after which it happens.
        most: Bytes within which it happens.
    """

    def __init__(self, device, seed, most):
        self.device = device
        self.left = random.Random(seed).randrange(1, most)

    def read(self, timeout_s):
        data = self.device.read(timeout_s)
        if 0 < self.left <= len(data):
            data = data[: self.left]
            self._reset()
        self.left -= len(data)
        return data

    def write(self, data):
        if 0 < self.left <= len(data):
            self.device.write(data[: self.left])
            self._reset()
            data = data[self.left :]
        self.left -= len(data)
        self.device.write(data)

    def _reset(self):
        self.device.out.clear()
        self.device._start()
