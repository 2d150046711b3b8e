"""Pre-script for PlatformIO's official platforms: they leave the FPU off by themselves."""

import sys
from pathlib import Path

Import("env")  # noqa: F821 - SCons provides it, and puts env here
sys.path.insert(0, str(Path(env.subst("$PROJECT_DIR"), ".tinygen/platforms/tinygen/builder")))  # noqa: F821
import project_flags  # noqa: E402 - only now can it be found

project_flags.apply(env)  # noqa: F821
