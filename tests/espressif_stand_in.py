"""A stand-in of Espressif's framework for this host, and of the PlatformIO platform that has it.

The signatures are those of the Arduino core 2.0.17 and of its FreeRTOS; the code is ours:
the serial port is standard input and output, a task runs on the stack that it was given,
and the chip's ROM speaks first.
"""

import json
import shutil
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from tinygen.resources import data_dir

VERSION = "6.13.0"
FREERTOS = """\
#pragma once
#include <stdint.h>
typedef uint8_t StackType_t;
typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;
typedef struct { uint8_t dummy[64]; } StaticTask_t;
"""
TASK = """\
#pragma once
#include "freertos/FreeRTOS.h"
#ifdef __cplusplus
extern "C" {
#endif
typedef void *TaskHandle_t;
typedef void (*TaskFunction_t)(void *);
TaskHandle_t xTaskCreateStaticPinnedToCore(TaskFunction_t pvTaskCode, const char *const pcName,
    const uint32_t ulStackDepth, void *const pvParameters, UBaseType_t uxPriority,
    StackType_t *const pxStackBuffer, StaticTask_t *const pxTaskBuffer, const BaseType_t xCoreID);
void vTaskDelay(const TickType_t xTicksToDelay);
BaseType_t xPortGetCoreID(void);
#ifdef __cplusplus
}
#endif
"""
SYSTEM = """\
#pragma once
#ifdef __cplusplus
extern "C"
#endif
void esp_restart(void) __attribute__((noreturn));
"""
ARDUINO = """\
#pragma once
#include <stddef.h>
#include <stdint.h>
class HardwareSerial {
public:
    void begin(unsigned long baud);
    size_t setRxBufferSize(size_t size);
    int available(void);
    int read(void);
    size_t write(uint8_t byte);
};
extern HardwareSerial Serial;
class EspClass {
public:
    uint32_t getCycleCount();
};
extern EspClass ESP;
void setup();
void loop();
extern "C" {
unsigned long micros();
void delay(uint32_t ms);
void disableCore0WDT();
}
"""
CORE = """\
#include "Arduino.h"
#include "esp_system.h"
#include "freertos/task.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

HardwareSerial Serial;
EspClass ESP;
static size_t buffer_bytes;
static bool is_open, has_watchdog = true;
static StackType_t *stack;
static uint32_t stack_bytes, now;
static ucontext_t arduino, task;
static TaskFunction_t task_code;

static void require(bool holds, int status) { if (!holds) { _exit(status); } }
static void check_stack(void)
{
    for (unsigned n = 0; n < 20; n++) { require(stack[n] == 0xa5, 40); }
}
void HardwareSerial::begin(unsigned long baud) { require(baud == 115200, 41); is_open = true; }
size_t HardwareSerial::setRxBufferSize(size_t size)
{
    require(!is_open, 42); /* the real one refuses it then */
    return buffer_bytes = size;
}
int HardwareSerial::available(void)
{
    struct pollfd link = {STDIN_FILENO, POLLIN, 0};
    return poll(&link, 1, 0) > 0;
}
int HardwareSerial::read(void)
{
    uint8_t byte;
    if (::read(STDIN_FILENO, &byte, 1) != 1) { _exit(0); }
    return byte;
}
size_t HardwareSerial::write(uint8_t byte)
{
    require(is_open && !has_watchdog && buffer_bytes >= 2 * 532, 43);
    if (::write(STDOUT_FILENO, &byte, 1) != 1) { _exit(0); }
    return 1;
}
uint32_t EspClass::getCycleCount() { return COUNTS ? now += 240 : 0; }
extern "C" unsigned long micros() { return now += 1; }
extern "C" void delay(uint32_t) {}
extern "C" void disableCore0WDT() { has_watchdog = false; }
extern "C" void esp_restart(void) { _exit(3); }
extern "C" BaseType_t xPortGetCoreID(void) { return 1; }
extern "C" void vTaskDelay(const TickType_t)
{
    check_stack();
    struct pollfd link = {STDIN_FILENO, POLLIN, 0};
    poll(&link, 1, 1000);
}
static void run_task() { task_code(nullptr); _exit(44); }
extern "C" TaskHandle_t xTaskCreateStaticPinnedToCore(TaskFunction_t code, const char *const,
    const uint32_t bytes, void *const, UBaseType_t, StackType_t *const memory,
    StaticTask_t *const, const BaseType_t core)
{
    require(core == 1 && ((uintptr_t)memory & 15) == 0, 45);
    stack = memory;
    stack_bytes = bytes;
    task_code = code;
    memset(memory, 0xa5, bytes);
    getcontext(&task);
    task.uc_stack.ss_sp = memory;
    task.uc_stack.ss_size = bytes;
    makecontext(&task, run_task, 0);
    swapcontext(&arduino, &task);
    return memory;
}
static const char rom[] = "ESP-ROM:esp32s3\\r\\nrst:0x1 (POWERON),boot:0x8\\r\\n";
int main()
{
    require(write(STDOUT_FILENO, rom, sizeof rom - 1) == sizeof rom - 1, 46); /* as it boots */
    setup();
    for (;;) { loop(); }
}
"""
MAIN_PY = """\
from SCons.Script import Default, DefaultEnvironment
env = DefaultEnvironment()
env.Replace(AR="gcc-ar", AS="as", CC="gcc", CXX="g++", OBJCOPY="objcopy", RANLIB="gcc-ranlib",
            ARFLAGS=["rc"], PROGNAME="firmware", PROGSUFFIX=".elf")
assert env.BoardConfig().get("build.f_cpu") == "240000000L"
elf = env.BuildProgram()
names = {"text": "flash.text", "rodata": "flash.rodata", "data": "dram0.data", "bss": "dram0.bss"}
renames = " ".join(f"--rename-section .{old}=.{new}" for old, new in names.items())
env.AddPostAction(elf, f"objcopy {renames} $TARGET")
Default([elf, env.Command("$BUILD_DIR/firmware.bin", elf, "objcopy -O binary $SOURCE $TARGET")])
"""
ARDUINO_PY = """\
import os
from SCons.Script import DefaultEnvironment
env = DefaultEnvironment()
core = os.path.join(env.PioPlatform().get_package_dir("framework-arduinoespressif32"), "core")
env.Append(CPPPATH=[core], CFLAGS=["-std=gnu99"], CXXFLAGS=["-std=gnu++11"],
           CCFLAGS=["-Os", "-ffunction-sections", "-fdata-sections"], LINKFLAGS=["-no-pie"],
           CPPDEFINES=[("COUNTS", 1)])
env.Prepend(LIBS=[env.BuildLibrary(os.path.join("$BUILD_DIR", "core"), core)])
"""


def write_framework(folder: Path) -> Path:
    """Write the framework's headers and its one source."""
    for name, text in {
        "freertos/FreeRTOS.h": FREERTOS,
        "freertos/task.h": TASK,
        "esp_system.h": SYSTEM,
        "Arduino.h": ARDUINO,
        "core.cpp": CORE,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def install_platform(core_dir: Path) -> None:
    """Install the platform, its framework and SCons in a folder of PlatformIO's."""
    platform = core_dir / "platforms" / "espressif32"
    manifest = {
        "name": "espressif32",
        "version": VERSION,
        "title": "stand-in",
        "engines": {"platformio": "^6"},
        "frameworks": {
            "arduino": {
                "package": "framework-arduinoespressif32",
                "script": "builder/frameworks/arduino.py",
            }
        },
        "packages": {
            "framework-arduinoespressif32": {
                "type": "framework",
                "owner": "platformio",
                "version": "~3.20017.0",
            }
        },
    }
    board = {
        "name": "S3",
        "vendor": "",
        "url": "",
        "frameworks": ["arduino"],
        "build": {"mcu": "esp32s3", "f_cpu": "1L"},
        "upload": {"maximum_size": 1 << 23, "maximum_ram_size": 327_680},
    }
    files = {
        "platform.json": json.dumps(manifest),
        "boards/esp32-s3-devkitc-1.json": json.dumps(board),
        "builder/main.py": MAIN_PY,
        "builder/frameworks/arduino.py": ARDUINO_PY,
    }
    for name, text in files.items():
        (platform / name).parent.mkdir(parents=True, exist_ok=True)
        (platform / name).write_text(text)
    _own(platform, "platform", "espressif32", VERSION)
    framework = core_dir / "packages" / "framework-arduinoespressif32"
    write_framework(framework / "core")
    version = "3.20017.0"
    package = {"name": framework.name, "version": version}
    (framework / "package.json").write_text(json.dumps(package))
    _own(framework, "tool", framework.name, version)
    _install_scons(core_dir)


def _own(folder: Path, kind: str, name: str, version: str) -> None:
    """Say that a package is PlatformIO's own, as its installer writes it down."""
    spec = {"owner": "platformio", "id": None, "name": name, "requirements": None, "uri": None}
    table = {"type": kind, "name": name, "version": version, "spec": spec}
    (folder / ".piopm").write_text(json.dumps(table))


def _install_scons(core_dir: Path) -> None:
    """Lay out SCons as the platform of our own projects does."""
    path = data_dir("templates") / "platform" / "platform.py"
    spec = spec_from_file_location("own_platform", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    from platformio.dependencies import get_core_dependencies  # noqa: PLC0415

    wanted = get_core_dependencies()["tool-scons"].lstrip("~^=> ")
    module._install_scons(core_dir / "packages", module._find_scons(), wanted)


def require_host_compiler() -> bool:
    """Return whether this host compiles C++, for Linux on x86."""
    return bool(shutil.which("g++")) and sys.platform == "linux"
