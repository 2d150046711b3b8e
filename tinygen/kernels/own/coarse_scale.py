"""Find a smaller right shift that gives the same outputs, where 8 bits of it do not fit.

A channel with weights far smaller than the others' needs a right shift so large that
rounding and offset do not fit beside it in a word. Outputs step up a few times over the
channel's range of sums; any multiplier and shift whose steps are at the same sums are as
good, and whether they are is decided by comparing the steps.
"""

from collections.abc import Callable

LARGEST_SHIFT = 15
_LARGEST_EXTRA = 64  # added to the rounding, either way

Requantize = Callable[[int], int]


def fast(multiplier: int, shift: int, rounding: int) -> Requantize:
    """Return what the kernels compute, as a function of the sum."""

    def output(total: int) -> int:
        high = (2 * total * multiplier + (1 << 31)) >> 32
        return min(max((high + rounding - (total < 0)) >> shift, -128), 127)

    return output


def coarse_scale(
    exact: Requantize, sums: tuple[int, int], multiplier: int, shift: int, offset: int
) -> tuple[int, int, int] | None:
    """Return multiplier, shift and rounding equal to ``exact``, if found.

    Args:
        exact: TFLM's output, monotonic.
        sums: Smallest and largest.
        multiplier: Q31.
        shift: To the right, over `LARGEST_SHIFT`.
        offset: The output's zero point.
    """
    steps = _steps(exact, *sums)
    base = multiplier >> (shift - LARGEST_SHIFT)
    for extra in sorted(range(-_LARGEST_EXTRA, _LARGEST_EXTRA + 1), key=abs):
        rounding = (1 << LARGEST_SHIFT >> 1) + (offset << LARGEST_SHIFT) + extra
        coarse = _multiplier(steps, base, rounding)
        if _steps(fast(coarse, LARGEST_SHIFT, rounding), *sums) == steps:
            return coarse, LARGEST_SHIFT, rounding
    return None


def _multiplier(steps: list[tuple[int, int]], base: int, rounding: int) -> int:
    """Return the multiplier nearest to ``base`` that puts every step where it is, if any."""
    least, most = 0, (1 << 31) - 1
    for total, output in steps[1:]:
        for at, is_reached in ((total, True), (total - 1, False)):
            # fast() is at least output: 2 * at * multiplier >= needed
            needed = (((output << LARGEST_SHIFT) - rounding + (at < 0)) << 32) - (1 << 31)
            if at == 0:
                continue
            below, above = needed // (2 * at), -(-needed // (2 * at))
            if at > 0 and is_reached:
                least = max(least, above)
            elif at > 0:
                most = min(most, above - 1)
            elif is_reached:
                most = min(most, below)
            else:
                least = max(least, below + 1)
    return min(max(base, least), most)


def _steps(output: Requantize, low: int, high: int) -> list[tuple[int, int]]:
    """Return the output at ``low`` and every sum at which a monotonic output is larger."""
    steps = [(low, output(low))]
    while steps[-1][1] != output(high):
        below, above = steps[-1][0], high
        while above - below > 1:
            middle = (below + above) // 2
            if output(middle) == steps[-1][1]:
                below = middle
            else:
                above = middle
        steps.append((above, output(above)))
    return steps
