"""What is known of the benchmark networks without building them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One network of MLPerf Tiny.

    Attributes:
        task: In words.
        input_shape: Without the batch.
        macs: Dense multiply-accumulates of one inference, padding counted.
    """

    task: str
    input_shape: tuple[int, ...]
    macs: int


BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(
    {
        "kws": Benchmark("keyword spotting, DS-CNN", (49, 10, 1), 2_656_768),
        "vww": Benchmark("visual wake words, MobileNetV1-0.25", (96, 96, 3), 7_489_664),
        "ic": Benchmark("image classification, ResNet-8", (32, 32, 3), 12_501_632),
        "ad": Benchmark("anomaly detection, dense autoencoder", (640,), 264_192),
    }
)
