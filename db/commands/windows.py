"""Drill and maintenance windows: announced to all concerned, ended by their time or by somebody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit, notices, watermarks
from db.commands.alarms import Actor
from db.commands.notices import NewNotice
from db.errors import InvalidInput, NotFound, WrongState
from db.rules import windows as rule
from db.rules.alarm_kinds import Level
from db.rules.device_kinds import DeviceKind
from db.rules.windows import WindowKind


@dataclass(frozen=True, slots=True)
class NewWindow:
    """What is announced: one window a venue, all alike."""

    kind: WindowKind
    venue_ids: tuple[int, ...]
    device_kinds: tuple[DeviceKind, ...]
    starts_at: datetime
    ends_at: datetime
    reason: str
    area_id: int | None = None
    """Of the one venue; None: everywhere in it."""
    maintainer_id: int | None = None


_LOCK = text("select pg_advisory_xact_lock(hashtextextended('windows/' || v, 0)) from unnest(cast(:venues as int[])) v")
_VENUES = text("select id, county from venues where id = any (:venues) order by id")
_AREA = text("select exists (select from areas where id = :area and venue_id = :venue)")
_OVERLAP = text(
    """
    select v.name from windows w join venues v on v.id = w.venue_id
    where w.venue_id = any (:venues) and w.kind = :kind and w.area_id is not distinct from cast(:area as int)
        and w.starts_at < :until and w.over_at > :since and w.over_at > w.starts_at limit 1
    """
)
_INSERT = text(
    """
    with made as (
        insert into windows (venue_id, county, area_id, maintainer_id, kind, device_kinds, starts_at, ends_at, reason,
            announced_at, announced_by, announced_by_name)
        select venue, county, :area, :maintainer, :kind, :devices, :since, :until, :reason, :now, :by, :by_name
        from unnest(cast(:venues as int[]), cast(:counties as int[])) v (venue, county) returning id
    ) select id from made order by id
    """
)
_TOGETHER = text("update windows set together = :first where id = any (:ids)")
_OPEN = text(
    """
    select id, venue_id, county, kind, starts_at from windows
    where together = (select together from windows where id = :id) and (:whole or id = :id) and over_at > :now
    order by id for update
    """
)
_EXISTS = text("select exists (select from windows where id = :id)")
_END = text("update windows set ended_at = :now, ended_by_name = :by where id = any (:ids)")


def announce(session: Session, new: NewWindow, actor: Actor, now: datetime) -> list[int]:
    """Announce a window at each venue and let all concerned be told; answers their numbers.

    `InvalidInput` where the rule refuses it, `NotFound` outside the scope, `WrongState` where one stands already.
    """
    refusal = rule.refused(new.kind, new.starts_at, new.ends_at, new.device_kinds, new.reason, now)
    if refusal is not None:
        raise InvalidInput(refusal.reason)
    venues = _places(session, new)
    facts = {"kind": new.kind.value, "area": new.area_id, "since": new.starts_at, "until": new.ends_at}
    ids = [venue_id for venue_id, _county in venues]
    taken = session.scalar(_OVERLAP, {**facts, "venues": ids})
    if taken is not None:
        raise WrongState("A window of this kind stands at this time already.")
    made = list(
        session.scalars(
            _INSERT,
            {
                **facts,
                "venues": ids,
                "counties": [county for _venue, county in venues],
                "maintainer": new.maintainer_id,
                "devices": [kind.value for kind in new.device_kinds],
                "reason": new.reason.strip(),
                "now": now,
                "by": actor.person_id,
                "by_name": actor.name,
            },
        )
    )
    session.execute(_TOGETHER, {"first": made[0], "ids": made})
    _tell(session, made[0], "window_announced", new.kind.value, venues, actor, now)
    _note(session, actor, "window announced", made[0], venues, {**_told(new), "venues": len(venues)})
    return made


def end(session: Session, window_id: int, actor: Actor, now: datetime, *, whole: bool = True) -> int:
    """End it early, or call it off, with those announced together or alone; answers how many windows ended.

    What is open in it rings anew at once.
    """
    windows = session.execute(_OPEN, {"id": window_id, "whole": whole, "now": now}).all()
    if not windows:
        if session.scalar(_EXISTS, {"id": window_id}):
            raise WrongState("The window is over already.")
        raise NotFound("There is no such window within your scope.")
    session.execute(_END, {"ids": [window.id for window in windows], "now": now, "by": actor.name})
    watermarks.settle(session, now)
    venues = [(window.venue_id, window.county) for window in windows]
    reason = "window_ended" if windows[0].starts_at <= now else "window_called_off"
    _tell(session, windows[0].id, reason, windows[0].kind, venues, actor, now)
    _note(session, actor, "window ended", window_id, venues, {"venues": len(venues)})
    return len(windows)


def _places(session: Session, new: NewWindow) -> list[tuple[int, int]]:
    """The venues with their counties, held until the end of the transaction."""
    if not new.venue_ids:
        raise InvalidInput("Choose a venue.")
    session.execute(_LOCK, {"venues": sorted(set(new.venue_ids))})
    venues = [(row.id, row.county) for row in session.execute(_VENUES, {"venues": list(new.venue_ids)})]
    if len(venues) != len(set(new.venue_ids)):
        raise NotFound("There is no such venue within your scope.")
    if new.area_id is not None:
        if len(venues) > 1:
            raise InvalidInput("An area belongs to one venue.")
        if not session.scalar(_AREA, {"area": new.area_id, "venue": venues[0][0]}):
            raise InvalidInput("This area is not in this venue.")
    return venues


def _told(new: NewWindow) -> dict[str, str]:
    return {
        "kind": new.kind.value,
        "from": new.starts_at.isoformat(),
        "until": new.ends_at.isoformat(),
        "devices": ", ".join(sorted(new.device_kinds)),
        "reason": new.reason.strip(),
    }


def _tell(
    session: Session, number: int, reason: str, kind: str, venues: list[tuple[int, int]], actor: Actor, now: datetime
) -> None:
    """One notice a person, however many venues; whoever did it knows."""
    notices.add(
        session,
        [
            NewNotice(
                key=f"window/{number}/{reason}/{person.person_id}",
                subject_kind="window",
                subject_id=number,
                venue_id=person.venue_id,
                county=person.county,
                person_id=person.person_id,
                reason=reason,
                level=int(Level.NOTICE),
                facts={"kind": kind, "venues": len(venues)},
            )
            for person in watermarks.concerned(session, venues, now)
            if person.person_id != actor.person_id
        ],
        now,
    )


def _note(
    session: Session, actor: Actor, act: str, number: int, venues: list[tuple[int, int]], detail: dict[str, object]
) -> None:
    """One entry in the audit log; of several venues it is the first one's."""
    venue_id, county = venues[0]
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act=act,
        subject=f"windows/{number}",
        venue_id=venue_id,
        county=county,
        detail=detail,
    )
