"""Find the flash tools by name; a new file in the folder ``tools`` is found by itself."""

import pkgutil
from functools import cache
from importlib import import_module
from types import MappingProxyType

from tinygen.flash.contract import Tool


@cache
def flash_tools() -> MappingProxyType[str, Tool]:
    """Return all tools by name, in the order in which ``auto`` tries them."""
    package = import_module("tinygen.flash.tools")
    modules = [
        import_module(f"{package.__name__}.{module.name}")
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name)
    ]
    tools = [module.TOOL for module in modules if hasattr(module, "TOOL")]
    tools.sort(key=lambda tool: (tool.order is None, tool.order, tool.name))
    return MappingProxyType({tool.name: tool for tool in tools})
