"""Compiler and linker flags of a tinygen project, for our platform and the official ones.

They are data in platformio.ini: ``custom_machine_flags`` for every tool, and
``custom_file_flags``, lines of a pattern under src/ and the flags of the files it
matches, where later lines add to earlier ones; ``custom_archives`` are libraries to link.
"""

import fnmatch
import os

COMPILE = ["-Wall", "-Wextra", "-g", "-ffunction-sections", "-fdata-sections", "-fno-common"]
C_ONLY = ["-std=c11"]
CXX_ONLY = ["-std=c++17", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"]
LINK = ["--specs=nano.specs", "-nostartfiles", "-Wl,--gc-sections"]

# Output sections of link.ld by the memory they take, as `size -A` prints them.
FLASH_SECTIONS = r"^\.(?:vectors|text|tg_weights|tg_tables|rodata|ARM\.exidx|data)\s+(\d+)"
RAM_SECTIONS = r"^\.(?:data|bss|tg_arena|tg_stack)\s+(\d+)"


def apply(env):
    """Add the project's flags to the SCons environment ``env``."""
    machine = env.GetProjectOption("custom_machine_flags").split()
    env.Append(
        ASFLAGS=machine,
        ASPPFLAGS=["-x", "assembler-with-cpp"],
        CCFLAGS=[*machine, *COMPILE, "-fstack-usage"],
        CFLAGS=C_ONLY,
        CXXFLAGS=CXX_ONLY,
        # Quoted because $BUILD_DIR is absolute and may hold blanks.
        LINKFLAGS=[*machine, *LINK, '-Wl,-Map="$BUILD_DIR/${PROGNAME}.map"'],
        LIBS=[*_archives(env), "m"],
    )
    env.Depends("$BUILD_DIR/firmware.elf", "$PROJECT_DIR/link.ld")  # PlatformIO forgets it
    apply_to_files(env)


def apply_to_files(env):
    """Add the flags of single files; those that are not under src/ stay as they are."""
    rules = read_rules(env.GetProjectOption("custom_file_flags"))

    def compile_one(env, node):
        source = os.path.relpath(node.srcnode().get_abspath(), env.subst("$PROJECT_SRC_DIR"))
        if source.startswith(os.pardir):
            return node
        flags = flags_of(source.replace(os.sep, "/"), rules)
        return env.Object(node, CCFLAGS=[*env["CCFLAGS"], *flags])

    env.AddBuildMiddleware(compile_one)


def _archives(env):
    """Return the static libraries in ``custom_archives``, paths in the project."""
    names = env.GetProjectOption("custom_archives", "").split()
    return [env.File(os.path.join(env.subst("$PROJECT_DIR"), name)) for name in names]


def read_rules(text):
    r"""Return the lines of ``custom_file_flags`` as (pattern, flags).

    >>> read_rules("* -Os\nkernels/* -O2 -w")
    [('*', ['-Os']), ('kernels/*', ['-O2', '-w'])]
    """
    lines = [line.split() for line in text.splitlines()]
    return [(words[0], words[1:]) for words in lines if words]


def flags_of(source, rules):
    """Return the flags of one file; ``source`` is relative to src/, with slashes.

    >>> flags_of("kernels/a.c", [("*", ["-Os"]), ("kernels/*", ["-O2"])])
    ['-Os', '-O2']
    """
    return [f for pattern, flags in rules if fnmatch.fnmatchcase(source, pattern) for f in flags]
