"""By which names devices are known, what platforms say of their links, and what vendors put on the books."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.doors import GBT45839, addressed, taken_apart
from ingest.decoded import Alias, Installed, Link
from ingest.known_devices import KnownDevices

_LEARN = text(
    """
    insert into device_addresses (door, address, device_id, venue_id, county, dialect)
    select told.other_book, told.other, a.device_id, a.venue_id, a.county, a.dialect
    from unnest(cast(:books as text[]), cast(:ones as text[]), cast(:other_books as text[]), cast(:others as text[]))
        as told (book, one, other_book, other)
    join device_addresses a on a.door = told.book and a.address = told.one
    order by 1, 2 on conflict do nothing
    """
)
_LINK = text(
    """
    insert into device_links as l (device_id, venue_id, county, door, is_online, since)
    select * from json_to_recordset(cast(:rows as json))
        as r (device_id int, venue_id int, county int, door text, is_online boolean, since timestamptz)
    on conflict (device_id) do update set venue_id = excluded.venue_id, county = excluded.county,
        door = excluded.door, is_online = excluded.is_online, since = excluded.since
    where excluded.since >= l.since
    """
)
_INSTALL = text(
    """
    insert into installations as i (company, serial, facts, first_at, last_at, device_id, venue_id, county, bound_at)
    select :company, :serial, cast(:facts as jsonb), :at, :at, a.device_id, a.venue_id, a.county,
           case when a.device_id is not null then cast(:at as timestamptz) end
    from (select 1) one left join device_addresses a on a.door = :book and a.address = :address
    on conflict (company, serial) do update set
        facts = case when excluded.last_at >= i.last_at then i.facts || excluded.facts
                     else excluded.facts || i.facts end,
        first_at = least(i.first_at, excluded.first_at), last_at = greatest(i.last_at, excluded.last_at),
        times = i.times + 1,
        device_id = coalesce(i.device_id, excluded.device_id), venue_id = coalesce(i.venue_id, excluded.venue_id),
        county = coalesce(i.county, excluded.county), bound_at = coalesce(i.bound_at, excluded.bound_at)
    """
)


def learn(session: Session, aliases: Sequence[Alias]) -> None:
    """Where a device is known by one of two names, it is known by the other from now on. No name is taken away."""
    both_ways = [pair for alias in dict.fromkeys(aliases) for pair in (alias, Alias(alias.other, alias.one))]
    told = [(known, new) for pair in both_ways if (known := taken_apart(pair.one)) and (new := taken_apart(pair.other))]
    if not told:
        return
    session.execute(
        _LEARN,
        {
            "books": [known[0] for known, _new in told],
            "ones": [known[1] for known, _new in told],
            "other_books": [new[0] for _known, new in told],
            "others": [new[1] for _known, new in told],
        },
    )


def link(session: Session, links: Sequence[Link], devices: KnownDevices) -> None:
    """The last link of each device that is on the books; in the devices' order, so that workers never deadlock."""
    known = devices.find(session, {each.device for each in links}) if links else {}
    last = {known[each.device].id: each for each in sorted(links, key=lambda each: each.since) if each.device in known}
    if not last:
        return
    rows = []
    for device_id, each in sorted(last.items()):
        device = known[each.device]
        rows.append(
            {
                "device_id": device_id,
                "venue_id": device.venue_id,
                "county": device.county,
                "door": each.door,
                "is_online": each.is_online,
                "since": each.since,
            }
        )
    session.execute(_LINK, {"rows": orjson.dumps(rows).decode()})


def install(session: Session, installed: Sequence[tuple[Installed | None, datetime]]) -> None:
    """Put devices on the books, or note again what is there; bound only where the device is on record already."""
    told = sorted(
        ((each, at) for each, at in installed if each is not None), key=lambda pair: (pair[0].company, pair[0].serial)
    )
    for each, at in told:
        address = taken_apart(addressed(GBT45839, f"{each.company}:{each.serial}"))
        assert address is not None
        session.execute(
            _INSTALL,
            {
                "company": each.company,
                "serial": each.serial,
                "facts": orjson.dumps(each.facts).decode(),
                "at": at,
                "book": address[0],
                "address": address[1],
            },
        )
