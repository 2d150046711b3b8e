"""tinygen's PlatformIO platform: builds with what is on this machine, offline.

Two things differ from the platforms of PlatformIO's registry:

* The toolchain is the ``arm-none-eabi-gcc`` in ``TINYGEN_TOOLCHAIN_DIR`` or on PATH; the
  registry's package is asked for only when there is none.
* PlatformIO's own package ``tool-scons`` is laid out from the SCons that pip installed
  beside PlatformIO, so that ``pio run`` never has to reach the registry.
"""

import importlib.util
import json
import os
import re
import shutil
from pathlib import Path

from platformio.exception import UserSideException
from platformio.public import PlatformBase

CROSS = "arm-none-eabi-"
INSTALL_GCC = "Debian, Ubuntu: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"
SCONS_PY = """\
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "site"))
import SCons.Script
SCons.Script.main()
"""


class TinygenPlatform(PlatformBase):
    """What PlatformIO asks before and while it builds."""

    def is_embedded(self):
        """Say that programs are for a board, not for this machine."""
        return True

    def configure_default_packages(self, options, targets):
        """Decide which packages are needed; called before PlatformIO looks for SCons."""
        if (Path(self.get_dir()).parents[1] / "incomplete").exists():
            raise UserSideException("this project is half-written: run 'tinygen build' again")
        self._provide_scons()
        if not self.find_toolchain_bin():
            if _is_offline():  # PlatformIO would retry for a minute, then say nothing
                raise UserSideException(f"{CROSS}gcc is not on PATH ({INSTALL_GCC})")
            self.packages["toolchain-gccarmnoneeabi"]["optional"] = False
        return super().configure_default_packages(options, targets)

    @staticmethod
    def find_toolchain_bin():
        """Return the folder of the compiler, or None."""
        custom = os.environ.get("TINYGEN_TOOLCHAIN_DIR")
        if custom:
            for folder in (Path(custom, "bin"), Path(custom)):
                if shutil.which(CROSS + "gcc", path=str(folder)):
                    return str(folder)
            raise UserSideException(f"no {CROSS}gcc in TINYGEN_TOOLCHAIN_DIR={custom}")
        compiler = shutil.which(CROSS + "gcc")
        return str(Path(compiler).parent) if compiler else None

    def _provide_scons(self):
        """Lay the package tool-scons out from pip's SCons where it is missing."""
        # Imported here because PlatformIO also loads this file inside SCons.
        from platformio.dependencies import get_core_dependencies  # noqa: PLC0415
        from platformio.package.manager.core import get_core_package_dir  # noqa: PLC0415

        def is_present():
            return get_core_package_dir("tool-scons", auto_install=False)

        if is_present():
            return
        scons = _find_scons()
        if scons is None:
            if _is_offline():
                raise UserSideException("SCons is missing (pip install scons)")
            return  # PlatformIO fetches its own
        wanted = get_core_dependencies()["tool-scons"].lstrip("~^=> ")
        # Build metadata takes no part in PlatformIO's version test: it says what is inside.
        version = f"{wanted}+pypi.{_scons_version(scons)}"
        self.pm.lock()
        try:
            if not is_present():  # another pio may have been faster
                _install_scons(Path(self.pm.package_dir), scons, version)
                self.pm.memcache_reset()
        finally:
            self.pm.unlock()


def _is_offline():
    return os.environ.get("TINYGEN_OFFLINE") == "1"


def _find_scons():
    """Return the folder of the Python package SCons, or None."""
    custom = os.environ.get("TINYGEN_SCONS_DIR")
    if custom:
        return Path(custom) if Path(custom, "Script", "__init__.py").is_file() else None
    spec = importlib.util.find_spec("SCons")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _scons_version(scons):
    text = (scons / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__\s*=\s*"([^"]+)"', text, re.MULTILINE)
    return found.group(1) if found else "unknown"


def _install_scons(packages, scons, version):
    """Write the package beside the others and move it in place whole."""
    target = packages / "tool-scons"
    if target.exists():  # of another version: PlatformIO's own way to keep both
        target = packages / f"tool-scons@{version}"
        shutil.rmtree(target, ignore_errors=True)
    # PlatformIO passes over folders with this prefix when it lists packages.
    staged = packages / f"_tmp_installing-tool-scons-{os.getpid()}"
    shutil.rmtree(staged, ignore_errors=True)
    unneeded = shutil.ignore_patterns("__pycache__", "*Tests.py", "*Test.py", "docbook")
    shutil.copytree(scons, staged / "site" / "SCons", ignore=unneeded)
    (staged / "scons.py").write_text(SCONS_PY, encoding="utf-8")
    manifest = {"name": "tool-scons", "version": version, "license": "MIT", "system": "*"}
    (staged / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    # PlatformIO accepts the package for this file only: its owner must be "platformio".
    spec = {"owner": "platformio", "id": None, "name": "tool-scons"}
    metadata = {
        "type": "tool",
        "name": "tool-scons",
        "version": version,
        "spec": {**spec, "requirements": None, "uri": None},
    }
    (staged / ".piopm").write_text(json.dumps(metadata), encoding="utf-8")
    staged.rename(target)
