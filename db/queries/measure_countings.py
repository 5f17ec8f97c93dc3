"""How each measure is counted, in SQL: by running sums, for one venue, and venue by venue."""

from dataclasses import dataclass

from db.rules.measures import MeasureKey
from db.rules.standings import Source


@dataclass(frozen=True, slots=True)
class Every:
    """Each venue `v` of :lo to :hi that has a part in a measure as of :day, and its part."""

    venues: str
    """The end of a SELECT, from FROM on."""
    numerator: str
    denominator: str
    left_out: str


@dataclass(frozen=True, slots=True)
class Counting:
    """How a measure is counted: by sums, for one venue `p` as of `p.day`, and for all venues of a region."""

    sums: tuple[tuple[str, str, str, str], ...]
    """Table, and its numerator, denominator and left out."""
    one: str
    every: Every
    source: Source | None = None
    """Settled from there, and known since its first day; None: known for every day."""
    by_milestone: bool = False


_NOW = "{0}_from <= {1} and ({0}_until is null or {0}_until > {1})"
_HOLDS = "s.since <= {0} and (s.until is null or s.until > {0})"
_DUE = "left join milestones m on m.category = {0}.category"
_VENUE = f"(select count(*) from venues w where w.id = p.id and {_NOW.format('in_scope', 'p.day')})"


def _one(table: str, holds: str) -> str:
    """A venue stands in the denominator while it is in scope, in the numerator while a stretch holds."""
    has = f"(select count(*) from {table} h where h.venue_id = p.id and {holds})"
    return f"select {has} as numerator, {_VENUE} as denominator, 0 as left_out"


def _every(table: str, holds: str, *, by_milestone: bool = False) -> Every:
    """All that are in scope. Those for which a stretch holds are gathered once: a look for each takes far longer."""
    day, due = ("least(cast(:day as date), m.due_on)", _DUE) if by_milestone else ("cast(:day as date)", "")
    having = f"from {table} h {due.format('h')} where h.county between :lo and :hi and {holds.format(day)}"
    return Every(
        f"from venues v {due.format('v')} where v.county between :lo and :hi and {_NOW.format('v.in_scope', day)}",
        f"case when v.id in (select h.venue_id {having}) then 1 else 0 end",
        "1",
        "0",
    )


def _stretches(column: str, table: str, stretch: str, *, by_milestone: bool = False) -> Counting:
    return Counting(
        (("coverage_steps", column, "venues", "0"),),
        _one(table, _NOW.format(stretch, "p.day")),
        _every(table, _NOW.format(stretch, "{0}"), by_milestone=by_milestone),
        by_milestone=by_milestone,
    )


def _venue_standing(name: str, source: Source) -> Counting:
    holds = f"h.standing = '{name}' and h.since <= {{0}} and (h.until is null or h.until > {{0}})"
    return Counting(
        (("standing_steps", name, "0", "0"), ("coverage_steps", "0", "venues", "0")),
        _one("standings", holds.format("p.day")),
        _every("standings", holds),
        source,
    )


def _counted_standing(name: str, among: tuple[str, ...], left_out: str, source: Source) -> Counting:
    names = ", ".join(f"'{one}'" for one in (*among, left_out) if one != "0")
    is_among = f"s.standing in ({', '.join(repr(one) for one in among)})"
    out = "0" if left_out == "0" else f"count(*) filter (where s.standing = '{left_out}')"
    counts = (
        f"count(*) filter (where s.standing = '{name}') as numerator,"
        f" count(*) filter (where {is_among}) as denominator, {out} as left_out"
    )
    return Counting(
        (("standing_steps", name, " + ".join(among), left_out),),
        f"select {counts} from standings s"
        f" where s.venue_id = p.id and {_HOLDS.format('p.day')} and s.standing in ({names})",
        Every(
            f"from (select s.venue_id, {counts} from standings s where s.county between :lo and :hi"
            f" and {_HOLDS.format('cast(:day as date)')} and s.standing in ({names}) group by 1) s"
            " join venues v on v.id = s.venue_id where true",
            "s.numerator",
            "s.denominator",
            "s.left_out",
        ),
        source,
    )


_ALARMS = ("alarms_on_time", "alarms_overdue", "alarms_unhandled")
COUNTINGS: dict[MeasureKey, Counting] = {
    MeasureKey.ACCESS: _stretches("accessed", "access_history", "accessed"),
    MeasureKey.PROVEN_ONLINE: _venue_standing("proven", Source.DEVICES),
    MeasureKey.DECLARED_DUTY: _stretches("on_duty", "duty_history", "declared"),
    MeasureKey.VERIFIED_DUTY: _venue_standing("verified", Source.DUTY),
    **{MeasureKey(name): _counted_standing(name, _ALARMS, "alarms_left_out", Source.ALARMS) for name in _ALARMS},
    MeasureKey.HAZARDS_CLOSED: _counted_standing(
        "hazards_closed", ("hazards_closed", "hazards_open"), "0", Source.HAZARDS
    ),
    MeasureKey.MILESTONE: _stretches("accessed", "access_history", "accessed", by_milestone=True),
}
