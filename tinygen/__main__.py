"""Run the command line as ``python -m tinygen``."""

from tinygen.cli.main import cli

if __name__ == "__main__":
    cli(prog_name="tinygen")
