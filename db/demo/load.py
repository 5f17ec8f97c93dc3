"""Loading the province: one transaction, all or nothing, with COPY."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from db.commands import device_states, reference
from db.commands.name_initials import name_initials
from db.demo import (
    alarms,
    counts,
    devices,
    evidence,
    fire_service,
    hazards,
    history,
    ladders,
    maintainers,
    orders,
    people,
    readings,
    responsible,
    standings,
    stations,
    telling,
    venues,
    watch,
)
from db.demo.alarms import DemoAlarm
from db.demo.copy import checked_at_once, copy_rows, drawn_at_once
from db.demo.devices import DemoDevice
from db.demo.names import Names
from db.errors import WrongState
from db.rules.alarm_kinds import AlarmState
from db.rules.device_kinds import DeviceKind
from db.rules.online import BY_KIND, Evidence
from db.rules.signal_kinds import SignalKind

DEFAULT_SEED = 2024
IDENTITIES = (
    *("venues", "venue_people", "access_history", "areas", "maintainers", "contracts", "duty_history"),
    *("devices", "alarms", "alarm_steps", "people", "grants", "notices"),
    *("hazards", "hazard_steps", "work_orders", "work_order_steps", "evidence_files"),
)


def load(
    owner_url: URL,
    *,
    seed: int = DEFAULT_SEED,
    today: date,
    var_dir: Path,
    now: datetime | None = None,
    report: Callable[[str], None] = lambda _step: None,
) -> None:
    """Fill an empty record; the same seed, `today` and `now` give the same province.

    Raises `WrongState` where the record has venues already.
    """
    engine = create_engine(owner_url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            if connection.scalar(text("select exists (select from venues)")):
                raise WrongState("The record has venues already; the demonstration province needs an empty one.")
            with drawn_at_once(connection), checked_at_once(connection):
                made = _fill(connection, np.random.default_rng(seed), today, now or datetime.now(UTC), var_dir, report)
                report("constraints")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _analyze(connection)
        people.keep(made, var_dir)
    finally:
        engine.dispose()


def _analyze(connection: Connection) -> None:
    """Table by name: the temporary ones of a connection just closed may go at this very moment."""
    ours = (
        "select oid::regclass::text from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
    )
    names = connection.scalars(text(f"{ours} and relowner = current_user::regrole and not relispartition order by 1"))
    connection.execute(text(f"analyze {', '.join(names)}"))


def _fill(
    connection: Connection,
    rng: np.random.Generator,
    today: date,
    now: datetime,
    var_dir: Path,
    report: Callable[[str], None],
) -> list[people.DemoPerson]:
    names = Names(rng)
    report("regions")
    reference.fill(connection)
    report("venues")
    cells = counts.cells()
    made_venues = venues.make(cells, names, rng)
    _venues(connection, made_venues, names)
    report("access and duty")
    histories = history.make(cells, made_venues, today, rng)
    units = maintainers.make(made_venues, names)
    contracts = maintainers.contracts(made_venues, histories, units, rng)
    _histories(connection, histories, made_venues, units, contracts)
    report("areas and devices")
    areas, made_devices = devices.make(made_venues, histories, rng)
    _devices(connection, areas, made_devices, now, rng)
    report("people")
    accounts = people.make(made_venues, contracts)
    _people(connection, accounts)
    responsible.fill(connection, DEFAULT_SEED, now)
    report("alarms")
    made_alarms = alarms.make(made_devices, now, rng)
    _alarms(connection, made_alarms)
    telling.fill(connection, made_venues, made_alarms, now, rng.spawn(1)[0])
    ladders.hand_out(connection, now)
    report("hazards")
    favourite = next(account.venue_id for account in accounts if account.venue_id is not None)
    found = hazards.make(areas, _officers(connection), favourite, now, rng.spawn(1)[0])
    given = orders.make(found, contracts, accounts, now, rng.spawn(1)[0])
    pictures = evidence.make(found, favourite, var_dir / "evidence", rng.spawn(1)[0])
    _hazards(connection, found, given, pictures, now)
    report("readings")
    readings.fill(connection, made_devices, now, rng)
    report("rosters and duty checks")
    watch.fill(connection, today, now)
    fire_service.fill(connection, now)
    stations.fill(connection, rng.spawn(1)[0])
    report("states of devices")
    device_states.move(Session(bind=connection), now)
    report("measures")
    standings.fill(connection, history.START, now)
    ladders.climb(connection, now)
    for table in IDENTITIES:
        connection.execute(
            text(
                f"select setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) from {table}"
            )
        )
    return accounts


def _venues(connection: Connection, made: list[venues.DemoVenue], names: Names) -> None:
    copy_rows(
        connection,
        "venues",
        (
            *("id", "code", "name", "name_initials", "category", "sub_type", "county", "address", "students", "point"),
            *("in_scope_from", "is_demo"),
        ),
        (
            (
                *(
                    v.id,
                    v.code,
                    v.name,
                    name_initials(v.name),
                    v.category.value,
                    v.sub_type,
                    v.county,
                    v.address,
                    v.students,
                ),
                *(f"SRID=4490;POINT({v.lng} {v.lat})", venues.SCOPE_FROM, True),
            )
            for v in made
        ),
    )
    telling.people(connection, made, names)


def _histories(
    connection: Connection,
    histories: dict[int, history.VenueHistory],
    made: list[venues.DemoVenue],
    units: list[maintainers.DemoMaintainer],
    contracts: list[maintainers.DemoContract],
) -> None:
    copy_rows(
        connection,
        "access_history",
        ("venue_id", "county", "category", "accessed_from", "accessed_until"),
        ((v.id, v.county, v.category.value, s.since, s.until) for v in made for s in histories[v.id].access),
    )
    copy_rows(
        connection,
        "maintainers",
        ("id", "name", "city", "phone", "is_demo"),
        ((u.id, u.name, u.city, u.phone, True) for u in units),
    )
    copy_rows(
        connection,
        "contracts",
        ("venue_id", "county", "maintainer_id", "number", "starts_on", "ends_on"),
        (
            (c.venue.id, c.venue.county, c.maintainer.id, f"YS-{c.starts_on:%Y%m}-{i:06d}", c.starts_on, c.ends_on)
            for i, c in enumerate(contracts, 1)
        ),
    )
    copy_rows(
        connection,
        "duty_history",
        ("venue_id", "county", "category", "maintainer_id", "declared_from", "declared_until"),
        (
            (c.venue.id, c.venue.county, c.venue.category.value, c.maintainer.id, c.starts_on, c.ends_on)
            for c in contracts
        ),
    )


def _devices(
    connection: Connection,
    areas: list[devices.DemoArea],
    made: list[DemoDevice],
    now: datetime,
    rng: np.random.Generator,
) -> None:
    copy_rows(
        connection,
        "areas",
        ("id", "venue_id", "county", "kind", "floor", "name"),
        ((a.id, a.venue.id, a.venue.county, a.kind.value, a.floor, a.name) for a in areas),
    )
    copy_rows(
        connection,
        "devices",
        ("id", "code", "venue_id", "county", "area_id", "kind", "model", "installed_on", "is_demo"),
        (
            (d.id, d.code, d.area.venue.id, d.area.venue.county, d.area.id, d.kind.value, d.model, d.installed_on, True)
            for d in made
        ),
    )
    copy_rows(
        connection,
        "device_addresses",
        ("door", "address", "device_id", "venue_id", "county"),
        (
            ("gb26875", str(d.id), d.id, d.area.venue.id, d.area.venue.county)
            for d in made
            if d.kind is DeviceKind.USER_TRANSMISSION_DEVICE
        ),
    )
    copy_rows(
        connection,
        "device_latest",
        (
            *("device_id", "venue_id", "county", "heard_at", "observed_at", "signal", "value"),
            *("battery_pct", "rssi_dbm", "proven_at"),
        ),
        _latest(made, now, rng),
    )


BATTERY = frozenset({DeviceKind.SMOKE_DETECTOR, DeviceKind.HEAT_DETECTOR, DeviceKind.GAS_DETECTOR, DeviceKind.HYDRANT})
USUAL: dict[DeviceKind, tuple[SignalKind, float, float]] = {
    DeviceKind.SMOKE_DETECTOR: (SignalKind.SMOKE, 0.02, 0.01),
    DeviceKind.HEAT_DETECTOR: (SignalKind.TEMPERATURE, 22.0, 4.0),
    DeviceKind.GAS_DETECTOR: (SignalKind.GAS, 0.6, 0.4),
    DeviceKind.ELECTRICITY_METER: (SignalKind.CURRENT, 14.0, 9.0),
    DeviceKind.HYDRANT: (SignalKind.WATER_PRESSURE, 0.38, 0.05),
}


def _latest(made: list[DemoDevice], now: datetime, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """The last word of each device: minutes old where the venue is accessed, but for the few that fell silent."""
    n = len(made)
    minutes = rng.exponential(25, n)
    silent = rng.random(n) < 0.028
    days = rng.exponential(9, n) + 1.2
    battery = np.clip(rng.normal(78, 17, n), 3, 100).astype(int)
    radio = rng.normal(-88, 11, n).astype(int)
    readings = rng.normal(0, 1, n)
    for i, device in enumerate(made):
        quiet = silent[i] or not device.is_live
        heard = now - (timedelta(days=float(days[i])) if quiet else timedelta(minutes=float(minutes[i])))
        signal, middle, spread = USUAL.get(device.kind, (SignalKind.HEARTBEAT, 0.0, 0.0))
        value = None if signal is SignalKind.HEARTBEAT else round(max(0.0, middle + spread * float(readings[i])), 3)
        on_battery = device.kind in BATTERY
        yield (
            *(device.id, device.area.venue.id, device.area.venue.county, heard, heard, signal.value, value),
            *(int(battery[i]) if on_battery else None, int(radio[i]) if on_battery else None),
            None if BY_KIND[device.kind].evidence is Evidence.PICTURE else heard,
        )


def _people(connection: Connection, made: list[people.DemoPerson]) -> None:
    copy_rows(
        connection,
        "people",
        ("id", "name", "phone", "is_demo"),
        ((p.id, p.name, None if p.role == "wall" else f"1990001{p.id:04d}", True) for p in made),
    )
    copy_rows(
        connection,
        "grants",
        ("id", "person_id", "role", "county_lo", "county_hi", "venue_id", "maintainer_id"),
        ((p.id, p.id, p.role.value, p.county_lo, p.county_hi, p.venue_id, p.maintainer_id) for p in made),
    )
    logins = [person for person in made if person.role != "wall"]
    copy_rows(
        connection,
        "accounts",
        ("person_id", "login", "password_hash"),
        ((p.id, p.account.login, p.password_hash) for p in logins),
    )
    walls = [person for person in made if person.role == "wall"]
    copy_rows(
        connection,
        "wall_tokens",
        ("token_hash", "grant_id", "label"),
        ((p.token_hash_hex, p.id, p.name) for p in walls),
    )


def _alarms(connection: Connection, made: list[DemoAlarm]) -> None:
    connection.execute(text("alter table alarms disable trigger ring_live, disable trigger stamp_alarm"))
    copy_rows(
        connection,
        "alarms",
        (
            *("id", "venue_id", "county", "area_id", "device_id", "kind", "level", "state", "signal", "value"),
            *("raised_at", "recorded_at", "last_signal_at", "signal_count", "acknowledged_at", "verified_at"),
            *("verdict", "closed_at", "is_demo"),
        ),
        (
            (
                *(a.id, a.device.area.venue.id, a.device.area.venue.county, a.device.area.id, a.device.id),
                *(a.kind.value, a.level, a.state.value, a.signal.value if a.signal else None, a.value),
                *(a.raised_at, a.recorded_at, a.last_signal_at, a.signal_count, a.acknowledged_at, a.closed_at),
                *(a.verdict.value if a.verdict else None, a.closed_at, True),
            )
            for a in made
        ),
    )
    connection.execute(text("alter table alarms enable trigger ring_live, enable trigger stamp_alarm"))
    copy_rows(
        connection,
        "alarm_steps",
        ("alarm_id", "venue_id", "county", "at", "step", "actor_name", "note"),
        (row for alarm in made for row in _steps(alarm)),
    )


def _steps(alarm: DemoAlarm) -> Iterator[tuple[Any, ...]]:
    about = (alarm.id, alarm.device.area.venue.id, alarm.device.area.venue.county)
    yield (*about, alarm.raised_at, "raised", alarm.device.code, None)
    if alarm.acknowledged_at is not None:
        yield (*about, alarm.acknowledged_at, AlarmState.ACKNOWLEDGED.value, "值守人员", None)
    if alarm.closed_at is not None and alarm.verdict is not None:
        yield (*about, alarm.closed_at, AlarmState.VERIFIED.value, "值守人员", alarm.verdict.value)
        yield (*about, alarm.closed_at, AlarmState.CLOSED.value, "值守人员", None)


def _officers(connection: Connection) -> dict[int, str]:
    """The safety officers' names, by venue."""
    rows = connection.execute(text("select venue_id, name from venue_people where duty = 'safety_officer'"))
    return {row.venue_id: row.name for row in rows}


def _hazards(
    connection: Connection,
    found: list[hazards.DemoHazard],
    given: list[orders.DemoOrder],
    pictures: list[tuple[Any, ...]],
    now: datetime,
) -> None:
    copy_rows(connection, "hazards", hazards.COLUMNS, (hazards.row(hazard, now) for hazard in found))
    copy_rows(
        connection,
        "hazard_steps",
        ("hazard_id", "venue_id", "county", "at", "step", "state", "actor_name", "note"),
        (row for hazard in found for row in hazards.step_rows(hazard)),
    )
    copy_rows(connection, "work_orders", orders.COLUMNS, (orders.row(order, now) for order in given))
    copy_rows(
        connection,
        "work_order_steps",
        ("order_id", "venue_id", "county", "at", "step", "state", "actor_name"),
        (row for order in given for row in orders.step_rows(order)),
    )
    copy_rows(connection, "evidence_files", evidence.COLUMNS, pictures)


def is_loaded(owner_url: URL) -> bool:
    """True where the record holds demonstration venues."""
    engine = create_engine(owner_url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(text("select exists (select from venues where is_demo)")))
    finally:
        engine.dispose()


_SAMPLE = text(
    """
    select d.code from devices d join areas a on a.id = d.area_id join venues v on v.id = d.venue_id
    where d.kind = 'smoke_detector' and a.kind = 'corridor' and d.county = 360702 and v.category = 'kindergarten'
    and exists (select from access_history h where h.venue_id = v.id and h.accessed_until is null)
    and not exists (select from alarms o where o.venue_id = v.id and o.closed_at is null) order by d.id limit 1
    """
)


def sample_device(owner_url: URL) -> str:
    """Code of a smoke detector whose message makes a good first alarm."""
    engine = create_engine(owner_url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return str(connection.scalar(_SAMPLE))
    finally:
        engine.dispose()
