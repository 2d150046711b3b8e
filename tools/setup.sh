#!/usr/bin/env bash
# Install all that a checkout needs on Debian 12 or Ubuntu: system packages, .venv, sources.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(gcc g++ libc6-dev gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm)
commands=(gcc g++ arm-none-eabi-gcc qemu-system-arm)

missing=()
for command in "${commands[@]}"; do
    command -v "$command" >/dev/null || missing+=("$command")
done
python3 -c 'import ensurepip' 2>/dev/null || { missing+=(python3-venv); packages+=(python3-venv); }
[ -e /usr/lib/arm-none-eabi/newlib/libc_nano.a ] || missing+=(newlib)

if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: installing system packages (missing: ${missing[*]})"
    sudo=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || {
            echo "setup: not root and no sudo; install: ${packages[*]}" >&2
            exit 1
        }
        sudo=(sudo)
    fi
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${packages[@]}" >/dev/null
fi

[ -x .venv/bin/python ] || python3 -m venv .venv
echo "setup: installing Python packages into .venv"
.venv/bin/python -m pip install -q --disable-pip-version-check -c requirements.lock \
    -e '.[keras,examples,packs,dev]'
echo "setup: fetching CMSIS-NN's source into the user's cache"
.venv/bin/python -m tinygen.build.cmsis_nn
echo "setup: done"
