"""Links that misbehave: lost, doubled, flipped and invented bytes, by a seed."""

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
