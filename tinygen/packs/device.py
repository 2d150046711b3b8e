"""Describe a device as its pack does: core, extensions, memories, clock, flash algorithm."""

import difflib
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinygen.errors import BoardError
from tinygen.packs.store import PackRef, descriptors, read_devices

# The pack manager's names of cores to GCC's. A Cortex-M85 runs what a Cortex-M55 does, and
# a Cortex-M23 what a Cortex-M0 does.
_CORES = {
    "CortexM0": "cortex-m0",
    "CortexM0Plus": "cortex-m0plus",
    "CortexM1": "cortex-m0",
    "CortexM23": "cortex-m0",
    "CortexM3": "cortex-m3",
    "CortexM4": "cortex-m4",
    "CortexM7": "cortex-m7",
    "CortexM33": "cortex-m33",
    "CortexM55": "cortex-m55",
    "CortexM85": "cortex-m55",
}
_WITH_FPU = {"cortex-m4", "cortex-m7", "cortex-m33"}
_ABSENT = {"", "0", "NO_FPU", "NO_DSP", "NO_MVE", "None"}


@dataclass(frozen=True, slots=True)
class Memory:
    """A memory of a device."""

    name: str
    origin: int
    nbytes: int
    is_flash: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class Device:
    """A device as its pack describes it.

    Attributes:
        name: Such as ``STM32F411RETx``.
        pack: Where it is from.
        core: GCC's name of the core to build for.
        core_note: Why that is not the device's own core; empty where it is.
        extensions: What the core has, in words.
        clock_hz: The highest, as the pack says; 0 where it does not.
        memories: Flash and RAM; those that a program starts in come first.
        algorithms: Files in the pack with which pyOCD writes the flash.
    """

    name: str
    pack: PackRef
    core: str
    core_note: str
    extensions: str
    clock_hz: int
    memories: tuple[Memory, ...]
    algorithms: tuple[str, ...]


def find_device(name: str) -> Device:
    """Return the device of this name, or the first variant whose name starts with it.

    Raises:
        BoardError: No pack has it, or it has a core that tinygen does not build for, or
            its pack does not say where its memories are.
    """
    devices = read_devices()
    upper = {known.upper(): known for known in devices}
    found = [known for known in sorted(upper) if known.startswith(name.upper())]
    if not found or not name:
        near = difflib.get_close_matches(name.upper(), upper, n=1, cutoff=0.7)
        hint = f"did you mean {upper[near[0]]}?" if near else "'tinygen packs update' fetches it"
        raise BoardError(f"no pack on this machine has a device '{name}'", hint=hint)
    return _device(devices[upper[found[0]]])


def _device(entry: Mapping[str, Any]) -> Device:
    origin = entry["from_pack"]
    pack = PackRef(origin["vendor"], origin["pack"], origin["version"])
    processor = (entry.get("processors") or [{}])[0]
    facts = _facts(pack, entry["name"])
    core, note = _core(entry["name"], processor, facts)
    memories = _memories(entry.get("memories") or {})
    for is_flash, kind in ((True, "flash"), (False, "RAM")):
        if not any(memory.is_flash == is_flash for memory in memories):
            raise BoardError(
                f"{pack} does not say where the {kind} of {entry['name']} is",
                hint="copy a file of docs/boards.md and write the device's memory map into it",
            )
    algorithms = entry.get("algorithms") or []
    return Device(
        name=entry["name"],
        pack=pack,
        core=core,
        core_note=note,
        extensions=_extensions(processor, facts),
        clock_hz=int(facts.get("Dclock", "0"), 0),
        memories=memories,
        algorithms=tuple(str(one["file_name"]).replace("\\", "/") for one in algorithms),
    )


def _core(name: str, processor: Mapping[str, Any], facts: Mapping[str, str]) -> tuple[str, str]:
    given = str(processor.get("core", "unknown"))
    core = _CORES.get(given)
    if core is None:
        raise BoardError(
            f"{name} has a core '{given}', which tinygen does not build for",
            hint=f"it builds for {', '.join(dict.fromkeys(_CORES.values()))}",
        )
    has_fpu = str(processor.get("fpu", "None")) not in _ABSENT
    lacks_dsp = core == "cortex-m33" and facts.get("Ddsp", "DSP") in _ABSENT
    if core in _WITH_FPU and (not has_fpu or lacks_dsp):
        what = "DSP instructions" if has_fpu else "FPU"
        return "cortex-m3", f"its {given} has no {what}: the instructions of a Cortex-M3 do"
    if core == "cortex-m55" and facts.get("Dmve", "FP_MVE") in _ABSENT:
        return "cortex-m33", f"its {given} has no MVE: the instructions of a Cortex-M33 do"
    if core.replace("-", "") != given.lower():
        return core, f"its {given} runs the instructions of a {core}"
    return core, ""


def _extensions(processor: Mapping[str, Any], facts: Mapping[str, str]) -> str:
    """Return the units that the pack names, such as ``FPU SinglePrecision, MPU Present``."""
    named = {"FPU": str(processor.get("fpu", "None")), "MPU": str(processor.get("mpu", "None"))}
    named |= {"DSP": facts.get("Ddsp", ""), "MVE": facts.get("Dmve", "")}
    return ", ".join(f"{unit} {value}" for unit, value in named.items() if value not in _ABSENT)


def _memories(entries: Mapping[str, Any]) -> tuple[Memory, ...]:
    """Return memories that hold code or data, the default and start-up ones first."""
    found = []
    for name, entry in entries.items():
        access = entry["access"]
        if access.get("peripheral") or not access.get("read") or not entry["size"]:
            continue
        is_flash = not access.get("write")
        is_first = bool(entry.get("startup") or entry.get("default"))
        identifier = "".join(c if c.isalnum() else "_" for c in name)
        found.append(Memory(identifier, entry["start"], entry["size"], is_flash, is_first))
    return tuple(sorted(found, key=lambda m: (not m.is_flash, not m.is_first, m.origin, m.name)))


def _facts(pack: PackRef, device: str) -> dict[str, str]:
    """Return the processor attributes that the pack manager leaves out of its index."""
    path = descriptors().get(pack)
    if path is None:
        return {}
    for device_path in _paths(path):
        names = {element.get("Dvariant") or element.get("Dname") for element in device_path}
        if device in names:
            facts: dict[str, str] = {}
            for element in device_path:
                for processor in element.findall("processor"):
                    facts |= dict(processor.attrib)
            return facts
    return {}


def _paths(descriptor: Path) -> Iterator[list[ET.Element]]:
    """Go through family, subfamily, device, variant: each level adds to the one above."""

    def walk(element: ET.Element, above: list[ET.Element]) -> Iterator[list[ET.Element]]:
        here = [*above, element]
        below = [c for c in element if c.tag in {"subFamily", "device", "variant"}]
        if element.tag in {"device", "variant"}:
            yield here
        for child in below:
            yield from walk(child, here)

    root = ET.parse(descriptor).getroot()  # noqa: S314 - expat expands no outside entities
    for family in root.iter("family"):
        yield from walk(family, [])
