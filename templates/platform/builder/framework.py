"""Pre-script for boards with a vendor's framework: flags of the files under src/ alone.

Start-up, linker script and all other flags are the framework's.
"""

import sys
from pathlib import Path

Import("env")  # noqa: F821 - SCons provides it, and puts env here
sys.path.insert(0, str(Path(env.subst("$PROJECT_DIR"), ".tinygen/builder")))  # noqa: F821
import project_flags  # noqa: E402 - only now can it be found

project_flags.apply_to_files(env)  # noqa: F821
