"""What the address bar may say, and the libraries that a page asks for."""

from dataclasses import dataclass
from datetime import date

import pytest

from db.settings import Settings
from portal.address import FIRST_DAY, address_parts, day_of, number_of, unusable
from portal.dash_app import create_dash

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-09-02", date(2024, 9, 2)),
        ("2024-01-01", FIRST_DAY),
        ("2023-12-31", None),
        ("0001-01-01", None),
        ("9999-12-31", TODAY),
        ("2024-02-30", None),
        ("today", None),
        ("", None),
        (None, None),
    ],
)
def test_days_with_figures(written: str | None, day: date | None) -> None:
    assert day_of(written, TODAY) == day


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("360700", 360_700),
        ("0", 0),
        ("-1", None),
        ("²", None),
        ("१२", None),
        ("9" * 18, None),
        ("", None),
        (None, None),
    ],
)
def test_numbers_of_the_record(written: str | None, number: int | None) -> None:
    assert number_of(written) == number


def test_the_last_of_a_repeated_name_counts() -> None:
    assert address_parts("?a=1&a=2&__class__=3&b-c=4") == {"a": "2", "__class__": "3"}


@dataclass(frozen=True)
class _View:
    area: int = 360000
    as_of: date = TODAY


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, []),
        ({"area": "360000", "as_of": "2026-03-01", "other": "1"}, []),
        ({"area": "999999", "as_of": "2026-03-01"}, ["area=999999"]),
        ({"as_of": "2024-13-45", "area": "x"}, ["as_of=2024-13-45", "area=x"]),
    ],
)
def test_parts_of_an_address_that_a_view_could_not_take(asked: dict[str, str], told: list[str]) -> None:
    assert unusable(asked, _View()) == told


def test_a_process_that_has_shown_no_page_yet_serves_the_libraries() -> None:
    """A page comes from one process, and what it asks for from another."""
    app = create_dash(Settings())
    assert {"dash", "dash_ag_grid", "dash_leaflet"} <= set(app.registered_paths)
