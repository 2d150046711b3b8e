"""Say what PlatformIO would have to fetch for the project in this folder, one a line.

Run by itself (``python -m tinygen.build.pio_missing ENVIRONMENT``), because platforms are
other people's Python code, which PlatformIO runs in its own process, too.
"""

import sys

from platformio.package.manager.core import get_core_package_dir
from platformio.package.manager.platform import PlatformPackageManager
from platformio.package.meta import PackageSpec
from platformio.platform.factory import PlatformFactory
from platformio.project.config import ProjectConfig


def missing(environment: str) -> list[str]:
    """Return the platform, or those of its packages that the environment needs and lacks."""
    spec = ProjectConfig.get_instance().get(f"env:{environment}", "platform")
    package = PlatformPackageManager().get_package(PackageSpec(spec))
    if package is None:
        return [spec]
    platform = PlatformFactory.new(package)
    platform.configure_project_packages(environment)
    needed = [name for name, one in platform.packages.items() if not one.get("optional")]
    lacking = [name for name in sorted(needed) if not platform.get_package(name)]
    return lacking + ([] if get_core_package_dir("tool-scons", auto_install=False) else ["scons"])


if __name__ == "__main__":
    for name in missing(sys.argv[1]):
        print(name)  # noqa: T201 - it is what this program is for
