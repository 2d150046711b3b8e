"""Errors a user can cause, each with a hint that says what to do next.

* TinygenError
  + UsageError         the command line asks for what cannot be done
  + ModelError         the model file is wrong or uses an unsupported operator
  + BoardError         a board file is wrong or names an unknown board
  + DoesNotFitError    the model needs more memory than the board has
  + ToolchainError     a compiler, PlatformIO or a library's source is missing or failed
  + DeviceError        the board does not answer or answers nonsense
  + VerifyError        the device's outputs differ from the oracle's

Anything else that escapes is a bug in tinygen and keeps its traceback.
"""


class TinygenError(Exception):
    """Base of every error the command line turns into a message.

    Attributes:
        exit_code: Process exit status; part of the public interface.
        hint: What the user can do next.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(TinygenError):
    """The command line asks for what cannot be done, such as writing over other files."""

    exit_code = 2


class ModelError(TinygenError):
    """The model file is damaged, or holds something tinygen cannot build."""

    exit_code = 3


class BoardError(TinygenError):
    """A board file is wrong, or no board has the given name."""

    exit_code = 4


class DoesNotFitError(TinygenError):
    """The model needs more memory than the board has."""

    exit_code = 5

    def __init__(
        self,
        region: str,
        needed: int,
        available: int,
        *,
        hint: str,
        holder: str = "the board has",
    ) -> None:
        super().__init__(
            f"{region} needs {needed} bytes but {holder} {available} "
            f"({needed - available} too many)",
            hint=hint,
        )


class ToolchainError(TinygenError):
    """A compiler, PlatformIO or a library's source is missing or failed."""

    exit_code = 6


class DeviceError(TinygenError):
    """The device does not answer, or answers nonsense."""

    exit_code = 7


class VerifyError(TinygenError):
    """The device's outputs differ from the oracle's."""

    exit_code = 8
