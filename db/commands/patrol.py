"""Rounds: drawn from plans or at random, walked camera by camera."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.queries import patrol as queries
from db.queries.patrol import PlanRow
from db.rules.access_scope import Role, region_range
from db.rules.patrol import MOST_VENUES, PATROL, Outcome, Seen, common_region, draw, is_due, outcome_of, seed_of
from db.rules.play_address import Form
from db.rules.timetables import HERE

MOST_ROUNDS = 20
"""Rounds that a person may draw at random in one day."""
LONGEST_REASON = 200

_ROUND = text(
    """
    insert into patrol_rounds (plan_id, draw, person_id, person_name, role, home, county_lo, county_hi, day, seed,
        drawn_at)
    values (:plan, :draw, :person, :name, :role, :home, :lo, :hi, :day, :seed, :now)
    on conflict do nothing returning id
    """
)
_STOP = text(
    """
    insert into patrol_stops (round_id, venue_id, county, position)
    select :round, v.id, v.county, chosen.position
    from unnest(cast(:venues as int[])) with ordinality chosen (id, position) join venues v on v.id = chosen.id
    """
)
_LOCKED_STOP = text(
    """
    select s.id, s.venue_id, s.county, s.ended_at, s.outcome, r.person_id from patrol_stops s
    join patrol_rounds r on r.id = s.round_id where s.round_id = :round and s.venue_id = :venue for update of s
    """
)
_VENUE_OF = text("select venue_id from devices where id = :id and kind = 'camera' and retired_on is null")
_LOOK = text(
    """
    insert into patrol_looks (round_id, device_id, venue_id, county, person_id, looked_at, outcome, reason, form)
    values (:round, :camera, :venue, :county, :person, :now, :outcome, :reason, :form)
    on conflict (round_id, device_id) do update set looked_at = excluded.looked_at, outcome = excluded.outcome,
        reason = excluded.reason, form = excluded.form
    where patrol_looks.outcome = 'unplayable'
    """
)
_LOOKS = text("select device_id, outcome from patrol_looks where round_id = :round and venue_id = :venue")
_CAMERAS = text("select id from devices where venue_id = :venue and kind = 'camera' and retired_on is null")
_END = text("update patrol_stops set ended_at = :now, outcome = :outcome, reason = :reason where id = :id")
_SENT_OUT = text(
    """
    select distinct g.person_id, p.name, g.role, g.county_lo, g.county_hi, r.adcode as home from grants g
    join people p on p.id = g.person_id
    join regions r on g.role in ('province', 'city', 'county') and r.level = g.role
        and r.adcode = g.county_lo
    where g.venue_id is null and g.maintainer_id is null order by g.person_id
    """
)


@dataclass(frozen=True, slots=True)
class Look:
    """What the relay says of a camera that somebody looks through."""

    camera_id: int
    outcome: Seen
    reason: str
    form: Form


@dataclass(frozen=True, slots=True)
class _Stop:
    id: int
    venue_id: int
    county: int
    ended_at: datetime | None
    outcome: str | None


def draw_planned(session: Session, acting: Acting, home: int, day: date, now: datetime) -> list[int]:
    """The rounds that plans send this person on today, where they are not drawn yet; their numbers."""
    person_id, role = _on_patrol(acting)
    known = {row.draw for row in queries.rounds_of(session, person_id, home, day)}
    drawn = []
    for plan in queries.plans(session):
        name = f"plan {plan.id}"
        if name in known or not is_due(plan.terms, day, person_id, role, home):
            continue
        round_id = _draw(session, acting, home, day, now, name, plan.per_day, plan)
        drawn += [round_id] if round_id is not None else []
    return drawn


def draw_at_random(session: Session, acting: Acting, home: int, count: int, now: datetime) -> int:
    """A round over the person's whole jurisdiction; answers its number."""
    person_id, _role = _on_patrol(acting)
    if not 1 <= count <= MOST_VENUES:
        raise InvalidInput("A round has 1 to {most} venues.", most=MOST_VENUES)
    day = now.astimezone(HERE).date()
    known = {row.draw for row in queries.rounds_of(session, person_id, home, day)}
    if len(known) >= MOST_ROUNDS:
        raise WrongState("You have drawn as many rounds today as one day takes.")
    number = next(n for n in range(1, MOST_ROUNDS + 2) if f"random {n}" not in known)
    round_id = _draw(session, acting, home, day, now, f"random {number}", count, None)
    if round_id is None:
        raise WrongState("There is no venue left to draw: none has a camera with pictures, or all are on your list.")
    return round_id


def _draw(
    session: Session, acting: Acting, home: int, day: date, now: datetime, name: str, count: int, plan: PlanRow | None
) -> int | None:
    """None where no venue is left, or where the same draw was made in the same moment."""
    person_id, role = _on_patrol(acting)
    region = home if plan is None else common_region(plan.region, home)
    if region is None:
        return None
    category, listed = (None, ()) if plan is None else (plan.category, plan.venue_ids)
    seed = seed_of(day, person_id, home, name)
    venues = draw(queries.candidates(session, region, category, listed, day, person_id), count, seed)
    if not venues:
        return None
    lo, hi = region_range(home)
    round_id: int | None = session.scalar(
        _ROUND,
        {
            "plan": None if plan is None else plan.id,
            "draw": name,
            "person": person_id,
            "name": acting.name,
            "role": role.value,
            "home": home,
            "lo": lo,
            "hi": hi,
            "day": day,
            "seed": seed,
            "now": now,
        },
    )
    if round_id is None:
        return None
    session.execute(_STOP, {"round": round_id, "venues": venues})
    audit.write(
        session,
        actor_id=person_id,
        actor_name=acting.name,
        address=acting.address,
        act="patrol drawn",
        subject=f"patrol/{round_id}",
        county=home,
        detail={"draw": name, "venues": len(venues), "seed": seed},
    )
    return round_id


def note_look(session: Session, round_id: int, look: Look, acting: Acting, now: datetime) -> Outcome | None:
    """One camera of a round looked through; how its venue's visit ends with it, None while cameras are left.

    A camera that could not be played may be seen later; one that was seen stays so.
    """
    venue_id = session.scalar(_VENUE_OF, {"id": look.camera_id})
    if venue_id is None:
        raise NotFound("There is no such camera here.")
    stop = _own_stop(session, round_id, venue_id, acting)
    session.execute(
        _LOOK,
        {
            "round": round_id,
            "camera": look.camera_id,
            "venue": stop.venue_id,
            "county": stop.county,
            "person": acting.person_id,
            "now": now,
            "outcome": look.outcome.value,
            "reason": look.reason,
            "form": look.form.value,
        },
    )
    looks = {
        row.device_id: Seen(row.outcome) for row in session.execute(_LOOKS, {"round": round_id, "venue": venue_id})
    }
    outcome = outcome_of(list(session.scalars(_CAMERAS, {"venue": venue_id})), looks)
    if outcome is not None and (stop.outcome is None or stop.outcome == Outcome.UNPLAYABLE):
        session.execute(_END, {"id": stop.id, "now": now, "outcome": outcome.value, "reason": None})
    return outcome


def skip(session: Session, round_id: int, venue_id: int, reason: str, acting: Acting, now: datetime) -> None:
    """Leave a venue out of a round, saying why."""
    words = reason.strip()
    if not words:
        raise InvalidInput("Say why, in a few words.")
    if len(words) > LONGEST_REASON:
        raise InvalidInput("The text is too long.")
    stop = _own_stop(session, round_id, venue_id, acting)
    if stop.ended_at is not None:
        raise WrongState("This venue is done already.")
    session.execute(_END, {"id": stop.id, "now": now, "outcome": Outcome.SKIPPED.value, "reason": words})
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act="patrol skipped",
        subject=f"patrol/{round_id}",
        venue_id=stop.venue_id,
        county=stop.county,
        detail={"reason": words},
    )


def send_out(session: Session, day: date, now: datetime) -> int:
    """By the clock: everybody's planned rounds of the day, drawn whether or not they open the page."""
    drawn = 0
    for row in session.execute(_SENT_OUT).all():
        acting = Acting(row.person_id, row.name, Role(row.role))
        drawn += len(draw_planned(session, acting, row.home, day, now))
    return drawn


def may_patrol(acting: Acting) -> None:
    """`NotAllowed` where the role does not go on patrol."""
    _on_patrol(acting)


def _on_patrol(acting: Acting) -> tuple[int, Role]:
    if acting.person_id is None or acting.role not in PATROL:
        raise NotAllowed("Offices of the province, cities and counties go on patrol; your role reads the results.")
    return acting.person_id, acting.role


def _own_stop(session: Session, round_id: int, venue_id: int, acting: Acting) -> _Stop:
    person_id, _role = _on_patrol(acting)
    row = session.execute(_LOCKED_STOP, {"round": round_id, "venue": venue_id}).one_or_none()
    if row is None:
        raise NotFound("This venue is not on the round.")
    if row.person_id != person_id:
        raise NotAllowed("This is somebody else's round.")
    return _Stop(row.id, row.venue_id, row.county, row.ended_at, row.outcome)
