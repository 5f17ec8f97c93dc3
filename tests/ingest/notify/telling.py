"""A record with people to tell, and the worker that tells them."""

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import alarms, notices
from db.commands.alarms import AlarmSignal
from db.commands.notices import NewNotice
from db.rules.access_scope import EVERYTHING
from db.rules.alarm_kinds import AlarmKind
from db.rules.gateway import Gateway, ReceiptRule, SuccessRule
from db.session import Record
from ingest.notify.teller import Teller
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import TestRecord

SECRETS = {"notify_receipts": "r" * 24, "contact_codes": "c" * 24, "web_push": "p" * 24}
TAKEN = SuccessRule(status=(200,), field="code", equals=("0",), id="id", final=("4001",))
RECEIPT = ReceiptRule(
    id="id", key="ext", state="state", delivered=("DELIVRD",), failed=("UNDELIV",), pressed="dtmf", acknowledge=("1",)
)
_numbers = count(1)
FROZEN = ("snapshots", "snapshot_figures", "snapshot_venues", "bulletins", "bulletin_copies")
"""What hangs on venues and people and never changes: emptied between tests all the same."""
_NOBODY = text(
    ";".join(
        (
            *(f"alter table {table} disable trigger user" for table in FROZEN),
            "truncate venues, people, maintainers, notify_channels, receipts restart identity cascade",
            *(f"alter table {table} enable trigger user" for table in FROZEN),
        )
    )
)
_RULES = text(
    "create table if not exists rules_at_first as select * from notification_rules;"
    " delete from notification_rules; insert into notification_rules select * from rules_at_first"
)
PATIENCE_SECONDS = 60.0
"""What counts is that it happens: the machine may be busy."""


def gateway(channel: str, url: str, **others: Any) -> Gateway:
    """An SMS or voice gateway as a carrier might run it."""
    facts = {
        "body": {"to": "{address}", "text": "{text}", "ext": "{key}", "report": "{receipt_url}"},
        "success": TAKEN,
        "receipt": RECEIPT,
        "timeout_seconds": 5.0,
    }
    return Gateway(channel, f"{url}/{channel}", **{**facts, **others})


def both(url: str, **others: Any) -> dict[str, Gateway]:
    return {channel: gateway(channel, url, **others) for channel in ("sms", "voice")}


@dataclass(frozen=True)
class Desk:
    """A venue with an alarm in the making, and an owner's look at everything."""

    record: Record
    owner: Engine
    venue: MadeVenue
    device: tuple[int, str]

    def person(self, phone: str | None = "13800000001", name: str = "张三", role: str | None = None) -> int:
        with self.owner.begin() as connection:
            made = connection.scalar(
                text("insert into people (name, phone) values (:name, :phone) returning id"),
                {"name": name, "phone": phone},
            )
            if role is not None:
                connection.execute(
                    text(
                        "insert into grants (person_id, role, county_lo, county_hi)"
                        " values (:p, :role, :county, :county)"
                    ),
                    {"p": made, "role": role, "county": self.venue.county},
                )
        assert made is not None
        return int(made)

    def alarm(self, kind: AlarmKind = AlarmKind.FIRE, area: bool = True) -> int:
        now = datetime.now(UTC)
        signal = AlarmSignal(
            self.venue.id,
            self.venue.county,
            self.venue.area_id if area else None,
            *self.device,
            kind,
            "smoke",
            0.4,
            now,
        )
        with self.record.scoped(EVERYTHING) as session:
            return alarms.raise_alarm(session, signal, now).alarm_id

    def tell(
        self, person: int, subject: int, level: int = 1, reason: str = "raised", made_at: datetime | None = None
    ) -> str:
        key = f"alarm/{subject}/{reason}/{person}/{next(_numbers)}"
        notice = NewNotice(key, "alarm", subject, self.venue.id, self.venue.county, person, reason, level)
        with self.record.scoped(EVERYTHING) as session:
            notices.add(session, [notice], made_at or datetime.now(UTC))
        return key

    def all(self, sql: str, **values: Any) -> list[Any]:
        with self.owner.connect() as connection:
            return list(connection.execute(text(sql), values).all())

    def one(self, sql: str, **values: Any) -> Any:
        with self.owner.connect() as connection:
            return connection.scalar(text(sql), values)

    def change(self, sql: str, **values: Any) -> None:
        with self.owner.begin() as connection:
            connection.execute(text(sql), values)

    def cut(self, name: str) -> None:
        """End the connections of this name, as a failing network does."""
        cut = text("select pg_terminate_backend(pid) from pg_stat_activity where application_name = :name")
        until = time.monotonic() + PATIENCE_SECONDS
        while True:  # a transaction sees the connections of its beginning
            with self.record.engine.connect() as connection:
                if connection.execute(cut, {"name": name}).all():
                    return
            assert time.monotonic() < until, f"{name} never connected"
            time.sleep(0.02)

    def wait(self, sql: str, **values: Any) -> None:
        """Until the query answers true."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.one(sql, **values):
            assert time.monotonic() < until, self.all("select channel, state, tries, due_at, error from deliveries")
            time.sleep(0.02)


@contextmanager
def desk_on(test_record: TestRecord) -> Iterator[Desk]:
    owner = create_engine(test_record.owner_url, poolclass=NullPool)
    with owner.begin() as connection:
        connection.execute(_NOBODY)
        connection.execute(_RULES)
        venue = factories.venue(connection)
        device = factories.device(connection, venue)
    yield Desk(test_record.record, owner, venue, device)
    owner.dispose()


@contextmanager
def telling(record: Record, gateways: Mapping[str, Gateway], site: str = "http://127.0.0.1:1") -> Iterator[Teller]:
    """The worker on a thread of its own."""
    teller = Teller(record, gateways, SECRETS, site)
    thread = threading.Thread(target=lambda: asyncio.run(teller.run()), daemon=True)
    thread.start()
    try:
        yield teller
    finally:
        teller.stop_soon()
        thread.join(15)
        assert not thread.is_alive()
