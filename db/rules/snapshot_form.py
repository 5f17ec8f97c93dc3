"""A snapshot's canonical form: the same figures and venues give the same bytes and the same hash, years later too."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from db.rules.bulletin_problems import NOWHERE, Standing, VenueLine
from db.rules.coverage import percent


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One measure or problem of one region and category, as a snapshot keeps it."""

    measure: str
    level: str
    adcode: int
    name: str
    category: str
    numerator: int
    denominator: int
    excluded: int = 0

    @property
    def rate_pct(self) -> float | None:
        return percent(self.numerator, self.denominator)

    @property
    def key(self) -> tuple[str, int, str]:
        return self.measure, self.adcode, self.category


@dataclass(frozen=True, slots=True)
class Content:
    """All that a snapshot holds; figures by key, venues by number."""

    as_of: date
    region: int
    definitions: Mapping[str, int]
    figures: tuple[FigureLine, ...]
    venues: tuple[VenueLine, ...]

    @property
    def sha256(self) -> str:
        """Over the canonical lines."""
        summed = sha256()
        for line in canonical(self):
            summed.update(line.encode())
            summed.update(b"\n")
        return summed.hexdigest()


def content(
    as_of: date,
    region: int,
    definitions: Mapping[str, int],
    figures: Iterable[FigureLine],
    venues: Iterable[VenueLine],
) -> Content:
    return Content(
        as_of,
        region,
        dict(definitions),
        tuple(sorted(figures, key=lambda figure: figure.key)),
        tuple(sorted(venues, key=lambda venue: venue.venue_id)),
    )


def canonical(of: Content) -> Iterator[str]:
    """A head, then a line a figure and a line a venue."""
    yield _json(
        {"as_of": of.as_of.isoformat(), "region": of.region, "definitions": dict(sorted(of.definitions.items()))}
    )
    for f in of.figures:
        yield _json([f.measure, f.adcode, f.category, f.level, f.name, f.numerator, f.denominator, f.excluded])
    yield from map(venue_line, of.venues)


def venue_line(venue: VenueLine) -> str:
    standings = {
        measure: [s.counts, s.of, s.excluded] for measure, s in sorted(venue.standings.items()) if s != NOWHERE
    }
    return _json([venue.venue_id, venue.county, venue.category, venue.name, standings])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def packed(venues: Sequence[VenueLine]) -> bytes:
    """The lines of some venues, compressed; the same venues give the same bytes."""
    return gzip.compress("\n".join(map(venue_line, venues)).encode(), mtime=0)


def unpacked(packed_lines: bytes) -> list[VenueLine]:
    """Split at line feeds alone, which JSON never holds: names may hold other ends of lines."""
    lines = gzip.decompress(packed_lines).decode().split("\n")
    return [_venue(json.loads(line)) for line in lines if line]


def _venue(line: list[Any]) -> VenueLine:
    venue_id, county, category, name, standings = line
    return VenueLine(venue_id, name, category, county, {measure: Standing(*s) for measure, s in standings.items()})


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that reads otherwise now; None where there was, or is, none."""

    measure: str
    adcode: int
    name: str
    category: str
    before: FigureLine | None
    after: FigureLine | None


@dataclass(frozen=True, slots=True)
class VenueChange:
    """A venue that stands otherwise in a measure now."""

    venue_id: int
    name: str
    county: int
    category: str
    measure: str
    before: Standing
    after: Standing


@dataclass(frozen=True, slots=True)
class Difference:
    """What history's corrections changed since; empty where computing again gives the same."""

    figures: tuple[FigureChange, ...]
    venues: tuple[VenueChange, ...]
    definitions: tuple[str, ...]
    """Measures whose definition has another version by now."""


def with_names_of(frozen: Content, now: Content) -> Content:
    """Venues and regions called what they were called when it was frozen: a new name is no correction."""
    names = {venue.venue_id: venue.name for venue in frozen.venues}
    regions = {figure.adcode: figure.name for figure in frozen.figures}
    return Content(
        now.as_of,
        now.region,
        now.definitions,
        tuple(
            FigureLine(f.measure, f.level, f.adcode, regions.get(f.adcode, f.name), *_numbers(f)) for f in now.figures
        ),
        tuple(
            VenueLine(v.venue_id, names.get(v.venue_id, v.name), v.category, v.county, v.standings) for v in now.venues
        ),
    )


def _numbers(figure: FigureLine) -> tuple[str, int, int, int]:
    return figure.category, figure.numerator, figure.denominator, figure.excluded


def difference(frozen: Content, now: Content) -> Difference:
    """Row by row, figures first; both as of the same day."""
    before, after = ({figure.key: figure for figure in each.figures} for each in (frozen, now))
    figures = []
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        shown = one or other
        if shown is not None and (one is None or other is None or _numbers(one) != _numbers(other)):
            figures.append(FigureChange(shown.measure, shown.adcode, shown.name, shown.category, one, other))
    versions = {*frozen.definitions, *now.definitions}
    return Difference(
        tuple(figures),
        tuple(_venue_changes(frozen, now)),
        tuple(sorted(m for m in versions if frozen.definitions.get(m) != now.definitions.get(m))),
    )


def _venue_changes(frozen: Content, now: Content) -> Iterator[VenueChange]:
    before, after = ({venue.venue_id: venue for venue in each.venues} for each in (frozen, now))
    for venue_id in sorted({*before, *after}):
        one, other = before.get(venue_id), after.get(venue_id)
        shown = one or other
        if shown is None:
            continue
        was, is_now = (venue.standings if venue else {} for venue in (one, other))
        for measure in sorted({*was, *is_now}):
            old, new = was.get(measure, NOWHERE), is_now.get(measure, NOWHERE)
            if old != new:
                yield VenueChange(venue_id, shown.name, shown.county, shown.category, measure, old, new)
