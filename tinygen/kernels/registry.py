"""Find kernels by library and op; a new file in a library's folder is found by itself."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from tinygen.ops.contract import Emit, Library

_FOLDERS: Mapping[Library, str] = {"cmsis-nn": "cmsis_nn", "tinygen": "own"}


@cache
def emitters(library: Library, *, mve: bool = False) -> Mapping[str, Emit]:
    """Return the emitters of a library by op name: ``KERNELS`` of each of its modules.

    With ``mve``, those that need the vector extension: ``KERNELS_MVE``. They are asked
    first on a core that has it. An emitter returns None when it cannot do a case, and the
    next one is asked; last comes ``reference``, which is in the op's own file.
    """
    found: dict[str, Emit] = {}
    table = "KERNELS_MVE" if mve else "KERNELS"
    if library not in _FOLDERS:
        return MappingProxyType(found)
    package = import_module(f"tinygen.kernels.{_FOLDERS[library]}")
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        module = import_module(f"{package.__name__}.{info.name}")
        for name, emit in getattr(module, table, {}).items():
            if name in found:
                raise ValueError(f"{library} has two {table} for {name}")
            found[name] = emit
    return MappingProxyType(found)
