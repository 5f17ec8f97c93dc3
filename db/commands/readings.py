"""Rolling readings up: what came since the last time is added to its five minutes and its day, each row once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import WrongState

AT_ONCE = 5000
"""Transactions; at the gateway's largest batch ten million rows, usually far fewer."""
BATTERY, RADIO = "battery", "radio"
"""Told beside a signal; kept by the day only."""

# The row of the watermark is the lock: who finds it taken leaves the work to whoever took it.
_WATERMARK = text("select upto from rolled_up for update skip locked")
_HORIZON = text("select txid_snapshot_xmin(txid_current_snapshot())")
_ADVANCE = text("update rolled_up set upto = :upto, at = coalesce(cast(:at as timestamptz), at)")
_ANEW = text("select count_stale_readings_anew(:upto)")
_MERGED = """
    lowest = least(r.lowest, excluded.lowest), highest = greatest(r.highest, excluded.highest),
    total = r.total + excluded.total, n = r.n + excluded.n
"""
_ADD = text(
    f"""
    with fresh as materialized (
        select device_id, signal, venue_id, max(county) as county,
               date_bin('5 minutes', observed_at, timestamptz '2000-01-01 00:00+08') as since,
               min(value) as lowest, max(value) as highest, sum(value) as total, count(value) as n, count(*) as rows,
               min(battery_pct) as battery_lowest, max(battery_pct) as battery_highest,
               sum(battery_pct) as battery_total, count(battery_pct) as battery_n,
               min(rssi_dbm) as radio_lowest, max(rssi_dbm) as radio_highest,
               sum(rssi_dbm) as radio_total, count(rssi_dbm) as radio_n
        from signals where recorded_in >= :since and recorded_in < :until group by 1, 2, 3, 5
    ), five_minutes as (
        insert into readings_5min as r (device_id, signal, since, venue_id, county, lowest, highest, total, n)
        select device_id, signal, since, venue_id, county, lowest, highest, total, n from fresh where n > 0
        order by 1, 2, 3, 4
        on conflict (device_id, signal, since, venue_id) do update set {_MERGED}
        returning 1
    ), daily as (
        insert into readings_daily as r (device_id, signal, day, venue_id, county, lowest, highest, total, n)
        select device_id, said.signal, (since at time zone 'Asia/Shanghai')::date, venue_id, max(county),
               min(said.lowest), max(said.highest), sum(said.total), sum(said.n)
        from fresh cross join lateral (values
            (fresh.signal, lowest, highest, total, n),
            ('{BATTERY}', battery_lowest, battery_highest, battery_total, battery_n),
            ('{RADIO}', radio_lowest, radio_highest, radio_total, radio_n)
        ) said (signal, lowest, highest, total, n)
        where said.n > 0 group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict (device_id, signal, day, venue_id) do update set {_MERGED}
        returning 1
    )
    select coalesce((select sum(rows) from fresh), 0)::bigint,
           (select count(*) from five_minutes), (select count(*) from daily)
    """
)


@dataclass(frozen=True, slots=True)
class RolledUp:
    """How one turn went: signals counted, buckets touched, and days of devices that were counted anew."""

    signals: int = 0
    five_minutes: int = 0
    days: int = 0
    anew: int = 0
    is_more: bool = False
    """Something that was on record when it began is still to be counted."""


def roll_up(session: Session, now: datetime, at_once: int = AT_ONCE) -> RolledUp | None:
    """Count what was recorded since the last time; None where somebody else is at it.

    One transaction with the watermark: a worker that is killed has counted nothing, and the next one counts it.
    """
    since = session.scalar(_WATERMARK)
    if since is None:
        return None
    horizon = int(session.scalar(_HORIZON) or 0)
    if horizon < since:
        raise WrongState(
            "The database counts its transactions from a lower number than the roll-ups: it was loaded from a dump."
            " Run `anwang readings rebuild`."
        )
    until = min(horizon, since + at_once) if since else horizon
    if until == since:
        return RolledUp(anew=_anew(session, until))
    signals, five_minutes, days = session.execute(_ADD, {"since": since, "until": until}).one()
    # A backlog that is worked off is behind until its end; so is what an old transaction holds up.
    session.execute(_ADVANCE, {"upto": until, "at": now if until == horizon else None})
    return RolledUp(signals, five_minutes, days, _anew(session, until), until < horizon)


def _anew(session: Session, upto: int) -> int:
    return int(session.scalar(_ANEW, {"upto": upto}) or 0)


_REBUILD = (
    text("select upto from rolled_up for update"),
    text("update signals set recorded_in = 0 where recorded_in >= txid_snapshot_xmin(txid_current_snapshot())"),
    text(
        "insert into stale_readings select distinct device_id, (observed_at at time zone 'Asia/Shanghai')::date"
        " from signals on conflict do nothing"
    ),
    text("update rolled_up set upto = txid_snapshot_xmin(txid_current_snapshot())"),
)


def rebuild(session: Session) -> int:
    """Count every day whose signals are on record anew; only the schema's owner may. Answers the days of devices."""
    for step in _REBUILD:
        session.execute(step)
    return _anew(session, int(session.scalar(text("select upto from rolled_up")) or 0))
