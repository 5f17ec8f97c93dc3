"""What the patrol page's address says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from portal.address import number_of

PATH = "/patrol"
TABS = ("today", "results", "figures", "plans")
SHOWN = ("all", "filed", "open", "closed")
SPANS = ("day", "week", "month")
BIGGEST_INT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class View:
    """One state of the page."""

    tab: str = "today"
    round: int | None = None
    camera: int | None = None
    capture: int | None = None
    show: str = "all"
    span: str = "day"
    region: int | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "View":
        """What the address gets wrong is left out."""
        numbers = {name: _small(query.get(name)) for name in ("round", "camera", "capture", "region")}
        return cls(
            query["tab"] if query.get("tab") in TABS else "today",
            numbers["round"],
            numbers["camera"],
            numbers["capture"],
            query["show"] if query.get("show") in SHOWN else "all",
            query["span"] if query.get("span") in SPANS else "day",
            numbers["region"],
        )

    def href(self, **changes: Any) -> str:
        """The address of the page with these changed."""
        view, usual = replace(self, **changes), View()
        told = {
            name: getattr(view, name)
            for name in View.__slots__
            if getattr(view, name) not in (None, getattr(usual, name))
        }
        return f"{PATH}?{urlencode(told)}" if told else PATH


def _small(written: str | None) -> int | None:
    number = number_of(written)
    return number if number is not None and number <= BIGGEST_INT else None
