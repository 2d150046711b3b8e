"""``tinygen report``: all that is known of a built project, as text, JSON and HTML."""

from pathlib import Path

import click

from tinygen.board import find_board
from tinygen.cli.options import PROJECT, json_option
from tinygen.report.html import report_html
from tinygen.report.model import write_report, write_text
from tinygen.report.text import report_text
from tinygen.session import open_project


@click.command("report")
@click.argument("project", type=PROJECT)
@click.option(
    "--html",
    "html_path",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with the picture of the memory and the cost of each op.",
)
@json_option
def command(*, project: Path, html_path: Path | None, json_path: Path | None) -> None:
    """Show all that is known of the project in DIR: what build, verify and profile found.

    The page of --html is one file that needs no network.
    """
    built = open_project(project)
    board = find_board(built.manifest.board)
    if json_path:
        write_report(built.report, json_path)
    if html_path:
        write_text(report_html(built.report, board), html_path)
    click.echo(report_text(built.report, board))
