"""Problems that a bulletin names venues for, each worked out from how a venue stands in the measures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from db.rules.measures import MeasureKey
from db.rules.venue_categories import BY_CATEGORY, Category


@dataclass(frozen=True, slots=True)
class Standing:
    """A venue's part in one measure: so much of the numerator and of the denominator, or left out of both.

    Of measures of venues these are 0 or 1, of alarms and hazards their number.
    """

    counts: int = 0
    of: int = 0
    excluded: int = 0


NOWHERE = Standing()


@dataclass(frozen=True, slots=True)
class VenueLine:
    """One venue as a snapshot keeps it."""

    venue_id: int
    name: str
    category: str
    county: int
    standings: Mapping[str, Standing] = field(default_factory=dict)

    def at(self, measure: str) -> Standing:
        return self.standings.get(measure, NOWHERE)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem: its heading, its sentence, its unit, and how much of it a venue has."""

    key: str
    title: str
    says: str
    of_venue: Callable[[VenueLine, date], Standing]
    unit: str = "家"
    version: int = 1


def _both(line: VenueLine, first: str, second: str) -> tuple[Standing, Standing, int]:
    one, other = line.at(first), line.at(second)
    return one, other, int(bool(one.excluded or other.excluded))


def _no_duty(line: VenueLine, _as_of: date) -> Standing:
    access, duty, excluded = _both(line, MeasureKey.ACCESS, MeasureKey.DECLARED_DUTY)
    if excluded or not access.counts:
        return Standing(excluded=excluded)
    return Standing(int(duty.of > 0 and not duty.counts), 1)


def _doubtful_duty(line: VenueLine, _as_of: date) -> Standing:
    access, duty, excluded = _both(line, MeasureKey.ACCESS, MeasureKey.DECLARED_DUTY)
    if excluded or not duty.counts:
        return Standing(excluded=excluded)
    return Standing(int(access.of > 0 and not access.counts), 1)


def _late_access(line: VenueLine, as_of: date) -> Standing:
    access = line.at(MeasureKey.ACCESS)
    is_due = BY_CATEGORY[Category(line.category)].due_on <= as_of
    return Standing(int(is_due and access.of > 0 and not access.counts), access.of, access.excluded)


def _alarms_open(line: VenueLine, _as_of: date) -> Standing:
    return line.at(MeasureKey.ALARMS_UNHANDLED)


def _hazards_open(line: VenueLine, _as_of: date) -> Standing:
    closed = line.at(MeasureKey.HAZARDS_CLOSED)
    return Standing(closed.of - closed.counts, closed.of, closed.excluded)


PROBLEMS: Mapping[str, Problem] = {
    problem.key: problem
    for problem in (
        Problem(
            "late_access",
            "逾期未接入",
            "截至{day}，{place}有{late_access/here/all/count}家场所超过规定时限仍未接入。",
            _late_access,
        ),
        Problem(
            "no_duty",
            "已接入但未落实24小时值班值守",
            "{place}已接入的{no_duty/here/all/of}家场所中，有{no_duty/here/all/count}家未落实24小时值班值守。",
            _no_duty,
        ),
        Problem(
            "doubtful_duty",
            "值班值守存疑",
            "{place}有{doubtful_duty/here/all/count}家场所申报了24小时值班值守但未接入平台，值班值守情况无从核实。",
            _doubtful_duty,
        ),
        Problem(
            "alarms_open",
            "告警未处置",
            "截至{day}，近30天{place}登记告警{alarms_open/here/all/of}起，"
            "其中{alarms_open/here/all/count}起尚未处置办结，未处置率{alarms_open/here/all/rate}。",
            _alarms_open,
            "起",
        ),
        Problem(
            "hazards_open",
            "隐患未销号",
            "截至{day}，近90天{place}发现隐患{hazards_open/here/all/of}处，"
            "其中{hazards_open/here/all/count}处尚未整改销号，未整改率{hazards_open/here/all/rate}。",
            _hazards_open,
            "处",
        ),
    )
}
"""In the order in which the bulletin tells them."""
