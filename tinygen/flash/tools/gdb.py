"""A gdb server whose target's flash can be written as memory: QEMU's, above all."""

from collections.abc import Sequence

from tinygen.errors import UsageError
from tinygen.flash.contract import Found, Job, Tool, Trouble
from tinygen.flash.rsp import GdbStub
from tinygen.flash.troubles import trouble_error
from tinygen.progress import Progress


def find(job: Job) -> Sequence[Found]:
    """Return the server that the user named."""
    return [Found(f"gdb server {job.port}")] if job.port else []


def work(job: Job, progress: Progress) -> None:
    """Write the image, read it back, reset and let it run.

    Raises:
        UsageError: The port is no ``host:port``.
        DeviceError: The server refuses, or memory does not hold what was written.
    """
    host, number = _address(job.port or "")
    binary = job.binary.read_bytes()
    with GdbStub(host, number) as stub:
        stub.ask("?")  # stops the target where it runs
        progress.step(f"writing {len(binary)} bytes at {job.address:#010x}")
        stub.write(job.address, binary)
        progress.step("verifying")
        if stub.read(job.address, len(binary)) != binary:
            raise trouble_error(Trouble.NOT_VERIFIED, TOOL, job)
        stub.monitor("system_reset" if job.board.is_emulated else "reset halt")
        stub.detach()


def _address(text: str) -> tuple[str, int]:
    host, _, number = text.rpartition(":")
    if not number.isdecimal():
        raise UsageError(f"'{text}' is no gdb server", hint="write --port localhost:1234")
    return host or "127.0.0.1", int(number)


TOOL = Tool(name="gdb", order=None, programs=(), install="", key="", find=find, work=work)
