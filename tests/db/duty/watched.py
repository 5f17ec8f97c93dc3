"""A venue under contract with a unit, its shifts, and the hours that count."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, text

from db.commands import rosters
from db.commands.people import Operator
from db.commands.rosters import Keeper
from db.queries import duty, duty_coverage
from db.queries.duty_coverage import DutyOf
from db.rules.access_scope import EVERYTHING
from db.rules.rosters import Shift
from tests import factories
from tests.plugins.services import TestRecord

HERE = duty.HERE
MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 9, 0, 0, tzinfo=HERE)
"""The end of that week."""
WEEK = timedelta(days=7)
OPERATOR = Operator(None, "tests")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


class Watched:
    """A venue under contract with a unit."""

    def __init__(self, owner: Connection, ends_on: date | None = None, since: date = date(2025, 1, 1)) -> None:
        self.owner, self.venue = owner, factories.venue(owner)
        self.unit = owner.scalar(
            text(
                "insert into maintainers (name, city, phone) values ('单位' || gen_random_uuid(), 360700, '')"
                " returning id"
            )
        )
        place = {"v": self.venue.id, "c": self.venue.county, "m": self.unit, "since": since, "until": ends_on}
        owner.execute(
            text(
                "insert into duty_history (venue_id, county, category, maintainer_id, declared_from, declared_until)"
                " values (:v, :c, 'kindergarten', :m, :since, :until)"
            ),
            place,
        )
        owner.execute(
            text(
                "insert into contracts (venue_id, county, maintainer_id, number, starts_on, ends_on)"
                " values (:v, :c, :m, 'x', :since, :until)"
            ),
            place,
        )
        owner.execute(
            text(
                "insert into access_history (venue_id, county, category, accessed_from)"
                " values (:v, :c, 'kindergarten', '2025-01-01')"
            ),
            place,
        )

    @property
    def of(self) -> DutyOf:
        return DutyOf(venue_id=self.venue.id)

    def person(self, name: str = "值班员") -> Operator:
        """Somebody of the unit with an account."""
        number = factories.person(self.owner, name)
        self.owner.execute(
            text(
                "insert into grants (person_id, role, county_lo, county_hi, maintainer_id)"
                " values (:p, 'maintainer', 360700, 360799, :m)"
            ),
            {"p": number, "m": self.unit},
        )
        return Operator(number, name, "192.0.2.3")

    def check(
        self, sent: datetime, answered: datetime | None, state: str = "answered", through: str = "portal"
    ) -> None:
        self.owner.execute(
            text(
                "insert into duty_checks (venue_id, county, asked_at, asked_by_name, minutes, way, state, sent_at,"
                " answered_at, answered_through) values (:v, :c, :sent, '', 10, 'people', :state, :sent, :at, :through)"
            ),
            {
                "v": self.venue.id,
                "c": self.venue.county,
                "sent": sent,
                "at": answered,
                "state": state,
                "through": through if answered else None,
            },
        )


def shift(since: int, until: int, **other: object) -> Shift:
    given = {
        "person_name": "张三",
        "phone": None,
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        "weekdays": EVERY_DAY,
        "cycle_days": None,
        "from_time": time(since),
        "until_time": time(until),
    }
    return Shift(**(given | other))  # type: ignore[arg-type]


def keep(record: TestRecord, keeper: Keeper, *shifts: Shift, now: datetime = NOW - 2 * WEEK) -> list[int]:
    with record.record.scoped(EVERYTHING) as session:
        return rosters.add(session, keeper, shifts, OPERATOR, now)


def hours(record: TestRecord, of: DutyOf, now: datetime = NOW) -> tuple[float, float]:
    """Declared and verified in the week before `NOW`."""
    with record.record.scoped(EVERYTHING) as session:
        found = duty_coverage.figures(session, of, NOW - WEEK, NOW, now)
    return round(found.declared_minutes / 60, 3), round(found.verified_minutes / 60, 3)
