"""Whose duty an address asks for, and everything that the page shows of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.errors import NotFound
from db.queries import duty as duty_queries
from db.queries import duty_coverage
from db.queries.duty import CheckFigures, CheckRow, Doubtful, Gap
from db.queries.duty_coverage import Band, DutyFigures, DutyOf, HourShare, UnitDuty
from db.rules.access_scope import Role
from db.rules.duty_evidence import AHEAD, Doubt
from portal import asking, regions
from portal.address import number_of
from portal.remembered import Remembered
from portal.words import HERE

DAYS = 7
UNITS, DOUBTFUL, CHECKS = 40, 12, 30


@dataclass(frozen=True, slots=True)
class Chosen:
    """A region, a unit or a venue, with its name; the reader's whole scope where the address names none."""

    of: DutyOf
    name: str
    venue_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of it, as of a moment."""

    chosen: Chosen
    since: datetime
    now: datetime
    figures: DutyFigures
    checks: CheckFigures
    doubtful_counts: Mapping[Doubt, int]
    doubtful: tuple[Doubtful, ...]
    gaps: tuple[Gap, ...]
    units: tuple[UnitDuty, ...]
    bands: tuple[Band, ...]
    shares: tuple[HourShare, ...]
    """Of a unit, whose venues are proven one by one."""
    log: tuple[CheckRow, ...]


_figures = Remembered(60)
_units = Remembered(60)
_shares = Remembered(60)
_doubts = Remembered(60)
_named = Remembered(60)


def choose(query: Mapping[str, str]) -> Chosen:
    """`NotFound` for what is not within the reader's scope."""
    venue, unit, region = (number_of(query.get(name)) for name in ("venue", "unit", "region"))
    asker = asking.current()
    if venue is None and asker.role is Role.VENUE and asker.scope.venue_ids:
        venue = asker.scope.venue_ids[0]
    if unit is None and venue is None and asker.role is Role.MAINTAINER:
        unit = own_unit()
    with asking.reading() as session:
        if venue is not None:
            name = duty_queries.venue_name(session, venue)
            if name is None:
                raise NotFound("There is no such venue within your scope.")
            return Chosen(DutyOf(venue_id=venue), name, venue_id=venue)
        if unit is not None:
            name = duty_queries.maintainer_name(session, unit)
            if name is None:
                raise NotFound("There is no such maintainer within your scope.")
            return Chosen(DutyOf(maintainer_id=unit), name, unit_id=unit)
    if region in regions.tree().by_adcode:
        return Chosen(DutyOf(region=region), regions.name(regions.tree().one(region)))
    return Chosen(DutyOf(), asker.place)


def own_unit() -> int | None:
    """The maintainer that the asker acts for; None for everybody else, and where it has no contract in force."""
    asker = asking.current()
    if asker.role is not Role.MAINTAINER:
        return None
    with asking.reading() as session:
        return duty_queries.maintainer_named(session, asker.place)


def read(chosen: Chosen, now: datetime) -> Shown:
    """The last seven days and the next. A province's minutes are counted once a minute."""
    since = now - timedelta(days=DAYS)
    scope, of = asking.current().scope, chosen.of
    is_one = chosen.venue_id is not None or chosen.unit_id is not None
    with asking.reading() as session:
        midnight = now.astimezone(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
        return Shown(
            chosen=chosen,
            since=since,
            now=now,
            figures=_figures.get((scope, of), lambda: duty_coverage.figures(session, of, since, now, now)),
            checks=duty_queries.answered(session, of, since, now),
            doubtful_counts=_doubts.get((scope, of), lambda: duty_queries.doubtful_counts(session, of, now)),
            doubtful=_named.get((scope, of), lambda: tuple(duty_queries.doubtful(session, of, now, DOUBTFUL))),
            gaps=tuple(duty_queries.gaps(session, of, now)),
            units=()
            if chosen.venue_id is not None
            else _units.get((scope, of), lambda: tuple(duty_coverage.units(session, of, since, now, now, limit=UNITS))),
            bands=tuple(duty_coverage.bands(session, of, midnight - timedelta(days=DAYS - 1), midnight + AHEAD, now))
            if is_one
            else (),
            shares=()
            if chosen.unit_id is None
            else _shares.get(
                (scope, of),
                lambda: tuple(duty_coverage.shares(session, of, midnight - timedelta(days=DAYS - 1), now)),
            ),
            log=tuple(duty_queries.checks(session, of, now, CHECKS)),
        )
