"""Find op types by TFLite's name; a new file in this folder is found by itself."""

import pkgutil
from functools import cache
from importlib import import_module
from types import MappingProxyType

from tinygen.ops.contract import OpType


@cache
def op_types() -> MappingProxyType[str, OpType]:
    """Return all op types by name: ``OP`` or ``OPS`` of each module beside this one."""
    found: dict[str, OpType] = {}
    package = import_module("tinygen.ops")
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        module = import_module(f"tinygen.ops.{module_info.name}")
        for op_type in getattr(module, "OPS", (module.OP,) if hasattr(module, "OP") else ()):
            if op_type.name in found:
                raise ValueError(f"two op types are named {op_type.name}")
            found[op_type.name] = op_type
    return MappingProxyType(found)
