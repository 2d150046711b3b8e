"""Flash a built project: choose the tool, find the probe, write, verify, reset."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from tinygen.errors import DeviceError, ToolchainError, UsageError
from tinygen.flash.contract import Found, Job, Tool, Trouble
from tinygen.flash.registry import flash_tools
from tinygen.flash.tool_run import find_program, require_program, run
from tinygen.flash.troubles import explain, trouble_error
from tinygen.progress import Progress


@dataclass(frozen=True, slots=True)
class Chosen:
    """A tool and what it found."""

    tool: Tool
    found: Found | None


def flash(job: Job, name: str, progress: Progress) -> Chosen:
    """Write the image, verify it, and start it.

    Args:
        job: What to flash where.
        name: Of the tool, or ``auto``.
        progress: Told what happens.

    Raises:
        UsageError: No such tool, or it cannot flash this board.
        ToolchainError: The tool is not installed.
        DeviceError: It finds no probe, or fails.
    """
    chosen = choose(job, name)
    tool = chosen.tool
    progress.step(f"flashing {job.board.id} with {tool.name}" + _over(chosen.found))
    if tool.work is not None:
        tool.work(job, progress)
        return chosen
    status, lines = run(command_line(job, chosen), progress)
    if status != 0 or _says_failed(tool, lines):
        raise explain(tool, job, lines, status)
    return chosen


def choose(job: Job, name: str) -> Chosen:
    """Return the tool of that name, or the first that finds something, and what it found.

    Raises:
        UsageError, ToolchainError, DeviceError: As for `flash`.
    """
    require_fit(job)
    if name != "auto":
        tool = _named(name, job)
        if tool.programs:
            require_program(tool)
        return Chosen(tool, _one(tool, job, tool.find(job)))
    able = _able(job)
    installed = [t for t in able if not t.programs or find_program(t)]
    for tool in installed:
        found = tool.find(job)
        if found:
            return Chosen(tool, _one(tool, job, found))
    if not any(tool.programs for tool in installed):
        missing = [tool for tool in able if tool.programs]
        names = ", ".join(tool.name for tool in missing)
        raise ToolchainError(
            f"no tool that flashes {job.board.id} is installed: {names}", hint=missing[0].install
        )
    names = ", ".join(tool.name for tool in installed)
    raise DeviceError(
        f"no probe for {job.board.id} found (looked with {names})",
        hint="name its serial port with --port, such as --port /dev/ttyUSB0"
        if job.board.framework
        else "plug the board in with a data cable at its debug connector; 'lsusb' must list it",
    )


def _able(job: Job) -> list[Tool]:
    """Return the tools that ``auto`` may take.

    Raises:
        UsageError: There is none.
    """
    able = [t for t in flash_tools().values() if t.order is not None and t.can(job.board)]
    if job.board.is_emulated and all(tool.key == "" for tool in able):
        raise UsageError(
            f"{job.board.id} is emulated: there is nothing to flash",
            hint="'tinygen run' boots it; --tool gdb loads it over an emulator's gdb server",
        )
    if not able:
        raise UsageError(
            f"no tool knows {job.board.id}",
            hint="write what tools call its part into the board file: docs/boards.md, [flash]",
        )
    return able


def command_line(job: Job, chosen: Chosen) -> list[str]:
    """Return the command that flashes; for a tool without a program none."""
    tool = chosen.tool
    if tool.command is None:
        return []
    serial = job.serial or (chosen.found.serial if chosen.found else "")
    named = Job(job.board, job.project, job.elf, job.binary, job.address, job.port, serial or None)
    return [find_program(tool) or tool.programs[0], *tool.command(named)]


def dry_run(job: Job, name: str) -> str:
    """Return what `flash` would run, as one would type it; nothing needs to be plugged in.

    Raises:
        UsageError: No such tool, or it cannot flash this board.
    """
    require_fit(job)
    shown = _able(job) if name == "auto" else [_named(name, job)]
    lines = []
    for tool in shown:
        words = command_line(job, Chosen(tool, None)) or [f"# {tool.name}: by tinygen itself"]
        lines.append(words[0] if len(words) == 1 else shlex.join([tool.programs[0], *words[1:]]))
    return "\n".join(lines)


def require_fit(job: Job) -> None:
    """Raise unless the image lies in the board's flash.

    Raises:
        UsageError: There is no image.
        DeviceError: It does not.
    """
    flash_end = max(r.origin + r.nbytes for r in job.board.regions if r.kind == "flash")
    first = min(r.origin for r in job.board.regions if r.kind == "flash")
    if not job.binary.is_file():
        raise UsageError(f"no {job.binary}", hint="run 'tinygen build' again")
    nbytes = job.binary.stat().st_size
    if job.address < first or job.address + nbytes > flash_end:
        raise DeviceError(
            f"the image ({nbytes} bytes at {job.address:#010x}) is not inside the flash of "
            f"{job.board.id} ({first:#010x} to {flash_end:#010x})",
            hint="build it again for this board",
        )


def _named(name: str, job: Job) -> Tool:
    tools = flash_tools()
    if name not in tools:
        raise UsageError(f"no flash tool '{name}'", hint=f"choose from auto, {', '.join(tools)}")
    tool = tools[name]
    if not tool.can(job.board):
        able = ", ".join(t.name for t in tools.values() if t.can(job.board))
        raise UsageError(f"{name} does not flash {job.board.id}", hint=f"choose from auto, {able}")
    return tool


def _one(tool: Tool, job: Job, found: Sequence[Found]) -> Found:
    """Return what to flash over.

    Raises:
        DeviceError: It finds nothing, or too much.
    """
    if job.serial:
        wanted = [one for one in found if one.serial == job.serial]
        if not wanted:
            have = ", ".join(f"{one.what} {one.serial}".strip() for one in found) or "none"
            raise DeviceError(
                f"{tool.name} finds no probe with serial number {job.serial}",
                hint=f"what it finds: {have}",
            )
        return wanted[0]
    if not found:
        raise trouble_error(Trouble.NO_PROBE, tool, job)
    if len(found) > 1:
        have = ", ".join(f"{one.what} {one.serial}".strip() for one in found)
        raise trouble_error(Trouble.TWO_PROBES, tool, job, have)
    return found[0]


def _over(found: Found | None) -> str:
    return f" over {found.what} {found.serial}".rstrip() if found else ""


def _says_failed(tool: Tool, lines: Sequence[str]) -> bool:
    """Return whether a tool that ended well says that it did not: J-Link and st-flash do."""
    return any("ERROR " in line or "Verification failed" in line for line in lines) and (
        tool.name in {"jlink", "stlink"}
    )
