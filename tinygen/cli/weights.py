"""``tinygen weights``: look into a weights file."""

from itertools import groupby
from pathlib import Path

import click

from tinygen.weights_file import read_weights


@click.group("weights")
def command() -> None:
    """Look into the weights.bin that 'tinygen build --weights stream' writes."""


@command.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--chunks", "all_chunks", is_flag=True, help="List every chunk, not every op.")
def show(file: Path, *, all_chunks: bool) -> None:
    """Check every byte of FILE and list what it holds."""
    weights = read_weights(file)
    nbytes = sum(chunk.nbytes for chunk in weights.chunks)
    click.echo(f"{file}: sound; {len(weights.content):,} bytes, format 1")
    click.echo(f"  model   sha256 {weights.model_sha256}")
    click.echo(f"  build   {weights.table_crc:08x}")
    click.echo(f"  chunks  {len(weights.chunks)}, {nbytes:,} bytes in the order of execution")
    if all_chunks:
        for n, chunk in enumerate(weights.chunks):
            click.echo(
                f"  {n:>6}  op {chunk.op:<4} at {chunk.offset:>9,}  {chunk.nbytes:>8,} bytes"
                f"  crc32 {chunk.crc:08x}"
            )
        return
    for op, group in groupby(weights.chunks, key=lambda chunk: chunk.op):
        sizes = [chunk.nbytes for chunk in group]
        click.echo(
            f"  op {op:<4} {sum(sizes):>9,} bytes in {len(sizes):>4} chunks of up to {max(sizes):,}"
        )
