"""Freezing figures with the venues behind them, and computing them again."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.errors import InvalidInput, NotAllowed
from db.queries import measures, regions, snapshots
from db.queries.regions import RegionTree
from db.queries.snapshots import ALL, Snapshot
from db.rules.access_scope import Role, region_range
from db.rules.bulletin_problems import PROBLEMS, Standing, VenueLine
from db.rules.measures import BY_KEY, MeasureKey
from db.rules.snapshot_form import Content, Difference, FigureLine, content, difference, packed, with_names_of
from db.rules.venue_categories import BULLETIN_CATEGORIES, Category

HERE = ZoneInfo("Asia/Shanghai")
LEVELS = ("province", "city", "county")
WRITERS = frozenset({Role.ANALYST, Role.PROVINCE, Role.ADMINISTRATOR})
"""Who freezes figures, drafts bulletins and issues them."""

_NUMBERS = text("select pg_advisory_xact_lock(hashtext('snapshots'))")
_FREEZE = text(
    """
    insert into snapshots (number, as_of, region, made_at, made_by, made_by_name, definitions, figures, venues, sha256)
    select coalesce(max(number), 0) + 1, :as_of, :region, :now, :by, :by_name, cast(:definitions as jsonb), :figures,
        :venues, :sha256 from snapshots returning id
    """
)
_FIGURES = text(
    """
    insert into snapshot_figures (snapshot_id, measure, adcode, category, level, name, numerator, denominator, excluded)
    select :id, measure, adcode, category, level, name, numerator, denominator, excluded
    from jsonb_to_recordset(cast(:figures as jsonb)) f (measure text, adcode int, category text, level text, name text,
        numerator int, denominator int, excluded int)
    """
)
_VENUES = text(
    "insert into snapshot_venues (snapshot_id, county, venues, content) values (:id, :county, :venues, :content)"
)
_COVERED = text("select scope_county_lo() <= :lo and scope_county_hi() >= :hi")


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A snapshot computed again from history."""

    frozen_sha256: str
    kept_sha256: str
    """Of what is kept, hashed again: another than the frozen one means that the record itself was tampered with."""
    sha256: str
    difference: Difference

    @property
    def is_kept(self) -> bool:
        return self.kept_sha256 == self.frozen_sha256

    @property
    def is_same(self) -> bool:
        return self.sha256 == self.frozen_sha256


def may_write(actor: Acting) -> bool:
    """A program has no role and may."""
    return actor.role is None or actor.role in WRITERS


def freeze(session: Session, as_of: date, actor: Acting, now: datetime, region: int = 360_000) -> Snapshot:
    """Keep every figure as of the end of a day, and every venue behind them; numbered without gaps."""
    if not may_write(actor):
        raise NotAllowed("Only the province's office and its analysts freeze figures.")
    if as_of > now.astimezone(HERE).date():
        raise InvalidInput("{day} has not come yet.", day=as_of.isoformat())
    _check_scope(session, region)
    made = compute(session, as_of, region)
    if not made.figures:
        raise InvalidInput("No venue was in scope on {day}.", day=as_of.isoformat())
    snapshot_id = _write(session, made, actor, now)
    frozen = snapshots.one(session, snapshot_id)
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="freeze_snapshot",
        subject=f"snapshots/{snapshot_id}",
        county=region,
        detail={"number": frozen.number, "as_of": as_of.isoformat(), "sha256": frozen.sha256},
    )
    return frozen


def _check_scope(session: Session, region: int) -> None:
    lo, hi = region_range(region)
    if not session.scalar(_COVERED, {"lo": lo, "hi": hi}):
        raise NotAllowed("Only the province's office and its analysts freeze figures.")


def compute(session: Session, as_of: date, region: int) -> Content:
    """What a snapshot of this day holds, from the history on record now."""
    found = [
        FigureLine(str(f.measure), f.level, f.adcode, f.name, f.category, f.numerator, f.denominator, f.excluded)
        for measure in MeasureKey
        for level in LEVELS
        for f in measures.figures(session, measure, as_of, level, region)
    ]
    venues = _venues(session, as_of, region, {figure.category for figure in found})
    problems = _problems(venues, as_of, region, regions.tree(session))
    return content(as_of, region, definitions(), [*found, *problems], venues)


def definitions() -> dict[str, int]:
    """The version of every definition in force."""
    return {
        **{key.value: measure.version for key, measure in BY_KEY.items()},
        **{key: problem.version for key, problem in PROBLEMS.items()},
    }


def _venues(session: Session, as_of: date, region: int, categories: Iterable[str]) -> list[VenueLine]:
    """Every venue behind any measure, with its part in each."""
    outside = [c for c in Category if c not in BULLETIN_CATEGORIES and c.value in categories]
    places: dict[int, tuple[str, str, int]] = {}
    parts: dict[int, dict[str, Standing]] = defaultdict(dict)
    for measure in MeasureKey:
        for category in (ALL, *outside):
            for row in measures.behind(session, measure, as_of, region, category):
                places[row.venue_id] = (row.name, row.category, row.county)
                had = parts[row.venue_id].get(measure, Standing())
                parts[row.venue_id][measure.value] = Standing(
                    had.counts + (row.weight if row.counts and not row.is_excluded else 0),
                    had.of + (0 if row.is_excluded else row.weight),
                    had.excluded + (row.weight if row.is_excluded else 0),
                )
    return [VenueLine(venue_id, *place, standings=parts[venue_id]) for venue_id, place in places.items()]


def _problems(venues: Sequence[VenueLine], as_of: date, region: int, tree: RegionTree) -> list[FigureLine]:
    """How many venues, alarms or hazards each problem has, by region and category."""
    of_counties: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for venue in venues:
        for key, problem in PROBLEMS.items():
            _add(of_counties[key, venue.county, venue.category], problem.of_venue(venue, as_of))
    sums: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (key, county, category), counted in of_counties.items():
        categories = (category, ALL) if category in BULLETIN_CATEGORIES else (category,)
        for row in tree.path(county):
            if region in {up.adcode for up in tree.path(row.adcode)}:
                for shown in categories:
                    _add(sums[key, row.adcode, shown], Standing(*counted))
    return [
        FigureLine(key, tree.one(adcode).level, adcode, tree.one(adcode).name, category, *total)
        for (key, adcode, category), total in sums.items()
    ]


def _add(total: list[int], standing: Standing) -> None:
    total[0] += standing.counts
    total[1] += standing.of
    total[2] += standing.excluded


def _write(session: Session, made: Content, actor: Acting, now: datetime) -> int:
    session.execute(_NUMBERS)
    snapshot_id = int(
        session.execute(
            _FREEZE,
            {
                "as_of": made.as_of,
                "region": made.region,
                "now": now,
                "by": actor.person_id,
                "by_name": actor.name,
                "definitions": json.dumps(dict(made.definitions)),
                "figures": len(made.figures),
                "venues": len(made.venues),
                "sha256": made.sha256,
            },
        ).scalar_one()
    )
    rows = [{name: getattr(figure, name) for name in FigureLine.__slots__} for figure in made.figures]
    session.execute(_FIGURES, {"id": snapshot_id, "figures": json.dumps(rows)})
    by_county: dict[int, list[VenueLine]] = defaultdict(list)
    for venue in made.venues:
        by_county[venue.county].append(venue)
    session.execute(
        _VENUES,
        [
            {"id": snapshot_id, "county": county, "venues": len(listed), "content": packed(listed)}
            for county, listed in sorted(by_county.items())
        ],
    )
    return snapshot_id


def recompute(session: Session, snapshot_id: int) -> Recomputed:
    """The figures of the snapshot's day from today's record, beside what was frozen; nothing is written."""
    frozen = snapshots.one(session, snapshot_id)
    _check_scope(session, frozen.region)
    kept = snapshots.whole(session, snapshot_id)
    again = with_names_of(kept, compute(session, frozen.as_of, frozen.region))
    return Recomputed(frozen.sha256, kept.sha256, again.sha256, difference(kept, again))
