#!/usr/bin/env bash
# The whole line on a real model: train, quantize, build, verify and profile, without a board.
set -euo pipefail
cd "$(dirname "$0")/.."
work=build/demo
tinygen=.venv/bin/tinygen

if [ ! -e "$work/model.keras" ]; then
    .venv/bin/python examples/digits/train.py --out "$work"
fi
set -x
$tinygen build "$work/model.keras" --samples "$work/samples.npz" --board qemu-m7 \
    --output "$work/firmware"
$tinygen verify "$work/firmware"
$tinygen verify "$work/firmware" --samples "$work/test.npz"
$tinygen profile "$work/firmware"
