"""`anwang`, the command line: each program's own commands, put together by name."""

import sys
from importlib.metadata import entry_points, version
from typing import Annotated

import typer

from db.errors import AnwangError

COMMANDS = "anwang.commands"


def assembled() -> typer.Typer:
    """One command line out of the programs' parts, so that no program has to import another."""
    app = typer.Typer(
        help="Anwang, one net for school fire safety.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for part in sorted(entry_points(group=COMMANDS)):
        app.add_typer(part.load())
    return app


def main() -> None:
    """Run a command; a refusal is one sentence on standard error and exit code 1."""
    try:
        assembled()()
    except AnwangError as refusal:
        print(f"anwang: {refusal}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"anwang {version('anwang')}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="print the version and stop")
    ] = False,
) -> None:
    pass
