"""The command line as a whole."""

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from portal.cli import assembled, main


def test_version() -> None:
    said = CliRunner().invoke(assembled(), ["--version"])
    assert said.exit_code == 0
    assert said.output.startswith("anwang 0.")


def test_commands_of_every_program_are_there() -> None:
    names = set(typer.main.get_command(assembled()).commands)
    assert {"up", "status", "db", "demo", "simulate", "user", "import", "bench", "rankings"} <= names


@pytest.mark.parametrize("arguments", [["nothing"], ["db", "nothing"], ["up", "--nothing"]])
def test_an_unknown_command_says_so(arguments: list[str]) -> None:
    said = CliRunner().invoke(assembled(), arguments)
    assert said.exit_code == 2
    assert "No such" in said.output


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    app = typer.Typer()
    app.command("wait")(interrupted)
    app.callback()(lambda: None)
    monkeypatch.setattr("portal.cli.assembled", lambda: app)
    monkeypatch.setattr(sys, "argv", ["anwang", "wait"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")


def test_a_closed_pipe_is_quiet() -> None:
    """As with `anwang --help | head -0`."""
    talking = subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    talking.stdout.close()
    assert talking.stderr.read() == b""
    talking.stderr.close()
    assert talking.wait(30) != 0
