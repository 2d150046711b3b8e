"""Build script of tinygen's platform: compiler, image and upload target."""

import sys
from pathlib import Path

from SCons.Script import COMMAND_LINE_TARGETS, AlwaysBuild, Default, DefaultEnvironment

CROSS = "arm-none-eabi-"

env = DefaultEnvironment()
platform = env.PioPlatform()
sys.path.insert(0, str(Path(platform.get_dir()) / "builder"))
import project_flags  # noqa: E402 - only now can it be found

bin_dir = platform.find_toolchain_bin()
if bin_dir:  # else the registry's package, which PlatformIO has put on PATH
    env.PrependENVPath("PATH", bin_dir)
env.Replace(
    AR=CROSS + "gcc-ar",
    AS=CROSS + "as",
    CC=CROSS + "gcc",
    CXX=CROSS + "g++",  # links only where there is C++: SCons' $SMARTLINK
    GDB="gdb-multiarch",
    OBJCOPY=CROSS + "objcopy",
    RANLIB=CROSS + "gcc-ranlib",
    SIZETOOL=CROSS + "size",
    ARFLAGS=["rcsD"],
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
    # What "Checking size" adds up against the board's upload.maximum_(ram_)size.
    SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
    SIZEPROGREGEXP=project_flags.FLASH_SECTIONS,
    SIZEDATAREGEXP=project_flags.RAM_SECTIONS,
)
project_flags.apply(env)

elf_path = str(Path("$BUILD_DIR", "${PROGNAME}.elf"))
bin_path = str(Path("$BUILD_DIR", "${PROGNAME}.bin"))
if "nobuild" in COMMAND_LINE_TARGETS:
    image = bin_path
    AlwaysBuild(env.Alias("nobuild", [elf_path, bin_path]))
else:
    elf = env.BuildProgram()
    to_binary = env.VerboseAction("$OBJCOPY -O binary $SOURCE $TARGET", "Building $TARGET")
    image = env.Command(bin_path, elf, to_binary)
    env.Depends(image, "checkprogsize")
    Default([elf, image])

# "upload_protocol = custom" and an "upload_command" in local.ini; tinygen has its own way.
upload = env.VerboseAction("$UPLOADCMD", "Uploading $SOURCE")
env.AddPlatformTarget("upload", image, upload, "Upload")
