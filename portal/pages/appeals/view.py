"""What the address of the appeals' desk says."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from db.queries.appeals import APPEAL_SHOWS, AppealFilters
from db.rules.access_scope import Role
from db.rules.measures import BY_KEY, MeasureKey
from portal.address import number_of

PATH = "/appeals"


@dataclass(frozen=True, slots=True)
class View:
    """The address in parts; what is no choice of ours falls back to the usual."""

    show: str = "open"
    venue: int | None = None
    region: int | None = None

    def filters(self, role: Role) -> AppealFilters:
        return AppealFilters(self.show, role, self.venue, self.region)

    def href(self, **changed: object) -> str:
        view = replace(self, **changed)  # type: ignore[arg-type]
        parts = {name: getattr(view, name) for name in View.__slots__}
        return f"{PATH}?{urlencode({k: v for k, v in parts.items() if v not in (None, '')})}"


def view_of(parts: dict[str, str]) -> View:
    show = parts.get("show", "open")
    return View(show if show in APPEAL_SHOWS else "open", _small(parts.get("venue")), _small(parts.get("region")))


@dataclass(frozen=True, slots=True)
class NewSubject:
    """What a new appeal begins with: a venue, or a figure; neither where only the form is asked for."""

    venue: int | None = None
    region: int | None = None
    measure: MeasureKey = MeasureKey.ACCESS
    category: str = "all"
    as_of: date | None = None


def subject_of(parts: dict[str, str]) -> NewSubject:
    """`new=venue:123`, `new=figure:360700:access:kindergarten:2024-09-02`, or `new=figure` alone."""
    kind, *rest = parts.get("new", "").split(":")
    if kind == "venue" and rest:
        return NewSubject(venue=_small(rest[0]))
    if kind == "figure" and len(rest) == 4:
        measure = rest[1] if rest[1] in set(BY_KEY) else MeasureKey.ACCESS
        return NewSubject(None, _small(rest[0]), MeasureKey(measure), rest[2], _day(rest[3]))
    return NewSubject()


def _small(written: str | None) -> int | None:
    found = number_of(written)
    return found if found is not None and found < 2**31 else None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
