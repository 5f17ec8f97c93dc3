"""Demonstration accounts, one for each kind of user; their passwords are made per installation."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from db.commands.passwords import kept
from db.commands.sessions import token_hash
from db.demo.maintainers import DemoContract
from db.demo.venues import DemoVenue
from db.rules.access_scope import Role, region_range
from db.rules.venue_categories import Category

FILE = "demo_accounts.json"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A login to show to whoever runs the demonstration. A wall has a device token instead of a password."""

    login: str
    password: str
    role: str
    place: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person with one grant."""

    id: int
    name: str
    account: DemoAccount
    role: Role
    county_lo: int
    county_hi: int
    venue_id: int | None = None
    maintainer_id: int | None = None

    @property
    def password_hash(self) -> str:
        return kept(self.account.password)

    @property
    def token_hash_hex(self) -> str:
        return "\\x" + token_hash(self.account.password).hex()


def make(venues: list[DemoVenue], contracts: list[DemoContract]) -> list[DemoPerson]:
    """Leader, city, county, venue, maintainer, analyst, administrator, wall."""
    running = [contract for contract in contracts if contract.ends_on is None]
    watched = {contract.venue.id: contract for contract in running}
    venue = next(
        v for v in venues if v.county == 360_702 and v.category is Category.BOARDING_SCHOOL and v.id in watched
    )
    unit = watched[venue.id].maintainer
    made: list[DemoPerson] = []

    def add(
        login: str,
        name: str,
        role: Role,
        adcode: int,
        place: str,
        venue_id: int | None = None,
        unit_id: int | None = None,
    ) -> None:
        password = secrets.token_urlsafe(24 if role is Role.WALL else 9)
        account = DemoAccount(login, password, role.value, place)
        lo, hi = region_range(adcode)
        made.append(DemoPerson(len(made) + 1, name, account, role, lo, hi, venue_id, unit_id))

    add("leader", "演示·厅领导", Role.PROVINCE, 360_000, "江西省")
    add("ganzhou", "演示·赣州市", Role.CITY, 360_700, "赣州市")
    add("zhanggong", "演示·章贡区", Role.COUNTY, 360_702, "赣州市章贡区")
    add("venue", "演示·场所", Role.VENUE, venue.county, venue.name, venue_id=venue.id)
    add("maintainer", "演示·维保", Role.MAINTAINER, venue.city, unit.name, unit_id=unit.id)
    add("analyst", "演示·分析员", Role.ANALYST, 360_000, "江西省")
    add("admin", "演示·管理员", Role.ADMINISTRATOR, 360_000, "江西省")
    add("wall", "演示·大屏", Role.WALL, 360_000, "江西省")
    return made


def keep(people: list[DemoPerson], var_dir: Path) -> None:
    """Write the accounts where only the installation's owner reads them."""
    path = var_dir / FILE
    var_dir.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump([asdict(person.account) for person in people], file, ensure_ascii=False, indent=2)


def accounts(var_dir: Path) -> list[DemoAccount]:
    """The accounts of this installation's demonstration; none where there is none."""
    path = var_dir / FILE
    if not path.exists():
        return []
    return [DemoAccount(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
