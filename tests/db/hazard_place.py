"""A venue with everybody who has to do with its hazards, for tests that act in their names."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, text

from db.commands import evidence, hazards
from db.commands.acting import Acting
from db.commands.evidence import NewEvidence
from db.commands.hazards import Assignment, Finding
from db.evidence.store import EvidenceStore
from db.rules.access_scope import Role, Scope, region_scope, venues_scope
from db.rules.evidence_checks import Stage
from db.rules.hazard_kinds import Grade, HazardKind, Source
from tests import factories
from tests.db.pictures import jpeg
from tests.plugins.services import TestRecord

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
_counties = (city + county for county in range(1, 100) for city in range(361_000, 370_000, 100))
"""A county of its own for each place, within the province; a city of its own for ninety: no other bureau is told."""


class Place:
    """A venue with its people: somebody of the venue, of its maintainer, of the county, the city and the province."""

    def __init__(self, owner: Connection, record: TestRecord, county: int | None = None) -> None:
        county = county or next(_counties)
        self.venue = factories.venue(owner, county)
        self.record, self.owner = record, owner
        unit = owner.scalar(
            text("insert into maintainers (name, city, phone) values (:n, :city, '1') returning id"),
            {"n": f"维保{self.venue.id}", "city": county // 100 * 100},
        )
        self.unit = int(unit or 0)
        owner.execute(
            text(
                "insert into contracts (venue_id, county, maintainer_id, number, starts_on)"
                " values (:v, :c, :m, 'n', :d)"
            ),
            {"v": self.venue.id, "c": county, "m": unit, "d": date(2024, 1, 1)},
        )
        self.contact = owner.scalar(
            text(
                "insert into venue_people (venue_id, county, duty, name, phone)"
                " values (:v, :c, 'safety_officer', '安全员', '13900000000') returning id"
            ),
            {"v": self.venue.id, "c": county},
        )
        self.people = {
            Role.VENUE: self._person(Role.VENUE, venue=self.venue.id),
            Role.MAINTAINER: self._person(Role.MAINTAINER, unit=self.unit),
            Role.COUNTY: self._person(Role.COUNTY, county, county),
            Role.CITY: self._person(Role.CITY, county // 100 * 100, county // 100 * 100 + 99),
            Role.PROVINCE: self._person(Role.PROVINCE, 360_000, 369_999),
            Role.ANALYST: self._person(Role.ANALYST, 360_000, 369_999),
        }

    def _person(
        self, role: Role, lo: int = 1, hi: int = 0, *, venue: int | None = None, unit: int | None = None
    ) -> Acting:
        name = f"{role.value}{self.venue.id}"
        person = factories.person(self.owner, name)
        self.owner.execute(
            text(
                "insert into grants (person_id, role, county_lo, county_hi, venue_id, maintainer_id)"
                " values (:p, :r, :lo, :hi, :v, :m)"
            ),
            {"p": person, "r": role.value, "lo": lo, "hi": hi, "v": venue, "m": unit},
        )
        return Acting(person, name, role, "192.0.2.1")

    def scope(self, role: Role) -> Scope:
        """What the person's session would see."""
        if role in (Role.VENUE, Role.MAINTAINER):
            return venues_scope((self.venue.id,))
        return region_scope(
            {Role.COUNTY: self.venue.county, Role.CITY: self.venue.county // 100 * 100}.get(role, 360_000)
        )

    def finding(self, **changed: object) -> Finding:
        usual: dict[str, object] = {
            "venue_id": self.venue.id,
            "kind": HazardKind.ESCAPE_ROUTE,
            "grade": Grade.GENERAL,
            "source": Source.INSPECTION,
            "what": "疏散通道堆放杂物",
            "area_id": self.venue.area_id,
        }
        return Finding(**{**usual, **changed})  # type: ignore[arg-type]

    def found(self, now: datetime = NOW, role: Role = Role.COUNTY, **changed: object) -> hazards.FoundHazard:
        with self.record.record.scoped(self.scope(role)) as session:
            return hazards.find(session, self.finding(**changed), self.people[role], now)

    def act(self, role: Role, act: str, hazard_id: int, *words: object, now: datetime = NOW) -> None:
        with self.record.record.scoped(self.scope(role)) as session:
            getattr(hazards, act)(session, hazard_id, self.people[role], now, *words)

    def assigned(self, hazard_id: int, now: datetime = NOW, role: Role = Role.COUNTY) -> None:
        self.act(role, "assign", hazard_id, Assignment(f"contact:{self.contact}", None, "清理并加装警示"), now=now)

    def picture(
        self, store: EvidenceStore, hazard_id: int, stage: Stage = Stage.AFTER, role: Role = Role.VENUE, **said: object
    ) -> int:
        stored = store.keep(jpeg(seed=str((hazard_id, said, stage)), **said))  # type: ignore[arg-type]
        with self.record.record.scoped(self.scope(role)) as session:
            return evidence.add_to_hazard(
                session, hazard_id, NewEvidence(stage, stored, "a.jpg"), self.people[role], NOW
            )

    def state(self, hazard_id: int) -> str:
        return str(self.owner.scalar(text("select state from hazards where id = :id"), {"id": hazard_id}))

    def told(self, hazard_id: int) -> list[tuple[str, str]]:
        rows = self.owner.execute(
            text(
                "select n.reason, p.name from notices n join people p on p.id = n.person_id"
                " where n.subject_kind = 'hazard' and n.subject_id = :id order by n.id"
            ),
            {"id": hazard_id},
        )
        return [(row.reason, row.name.rstrip("0123456789")) for row in rows]
