"""The house stands on its floors: nobody imports upwards, rules are pure, pictures never query."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {"geodata", "db", "ingest", "vision", "portal", "assets", "tests"}


def test_import_contracts_hold() -> None:
    """In a process of its own: it silences the loggers of the one that it runs in."""
    linting = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    said = subprocess.run(linting, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


def test_the_top_level_folders_are_fixed() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = {path.partition("/")[0] for path in tracked.split("\0") if "/" in path}
    assert {name for name in folders if not name.startswith(".")} == FLOORS


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc", "manager"])
def test_no_file_is_named_after_nothing(name: str) -> None:
    named = [path for folder in FLOORS for path in (ROOT / folder).rglob(f"*{name}*.py")]
    assert not named
