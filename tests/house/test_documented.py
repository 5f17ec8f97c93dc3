"""What a user can set, make or open stands in the README, as it is."""

import re
from pathlib import Path

import pytest

from portal.pages import PAGES
from tests.house.settings_table import rows

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.split("`")[1])
def test_every_setting_has_its_row(readme: str, row: str) -> None:
    assert row in readme, "python -m tests.house.settings_table prints the table"


def test_no_setting_is_documented_that_does_not_exist(readme: str) -> None:
    known = {row.split("`")[1] for row in rows()}
    assert set(re.findall(r"ANWANG_[A-Z0-9_]+[A-Z0-9]", readme)) <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_is_named(readme: str, page) -> None:
    """By its address, a part that varies in angle brackets: `/venues/<id>`."""
    address = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", page.path.pattern)
    assert f"`{address}`" in readme


TARGETS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_is_named(readme: str, target: str) -> None:
    assert re.search(rf"\bmake {target}\b(?!-)", readme)
