"""Anything by a few letters: venues, the people answering for them, devices; forgiving of slips."""

import re
from dataclasses import dataclass

from pypinyin import lazy_pinyin
from sqlalchemy import text
from sqlalchemy.orm import Session

FEW = 5
"""With fewer exact finds, names that only sound alike are shown too."""
NOTHING = "-"
"""What nobody's name sounds like."""
_NUMBER = re.compile(r"[A-Za-z0-9._:-]{4,64}")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing: a venue, a person at a venue, or a device."""

    kind: str
    id: int
    venue_id: int
    title: str
    detail: str
    place: str
    code: str = ""
    is_alike: bool = False
    """It only sounds like what was typed."""


_WORDS = text("select kind, subject_id, score from find_words(:typed, :said, :most)")
_ALIKE = text("select kind, subject_id, score from find_alike(:typed, :said, :most)")
_VENUES = text(
    """
    select v.id, v.name, v.category, v.address, r.name as county from venues v join regions r on r.adcode = v.county
    where v.id = any (:ids)
    """
)
_PEOPLE = text(
    """
    select p.id, p.venue_id, p.name, p.duty, v.name as venue from venue_people p join venues v on v.id = p.venue_id
    where p.id = any (:ids)
    """
)
_NUMBERS = text("select device_id from find_devices(:typed, :most)")
_DEVICES = text(
    """
    select d.id, d.venue_id, d.code, d.kind, v.name as venue from devices d join venues v on v.id = d.venue_id
    where d.id = any (:ids) order by length(d.code), d.code
    """
)


def find(session: Session, typed: str, limit: int) -> list[Found]:
    """Best first. Nothing for less than a letter."""
    plain = typed.strip().replace("%", "").replace("\\", "").replace("_", r"\_")
    if not plain:
        return []
    said = sounds_of(plain) or NOTHING
    devices = _devices(session, plain, limit) if _NUMBER.fullmatch(plain) and re.search(r"\d", plain) else []
    asked = {"typed": plain, "said": said, "most": limit}
    sure = [(row.kind, row.subject_id) for row in session.execute(_WORDS, asked)]
    alike: list[tuple[str, int]] = []
    if len(sure) + len(devices) < FEW and len(said) >= 4:
        alike = [(r.kind, r.subject_id) for r in session.execute(_ALIKE, asked) if (r.kind, r.subject_id) not in sure]
    known = _told(session, sure + alike)
    found = [known[key] for key in sure if key in known]
    found += [_alike(known[key]) for key in alike if key in known]
    exact = [device for device in devices if device.code.lower() == plain.lower()]
    others = [device for device in devices if device not in exact]
    return [*exact, *found, *others][:limit]


def sounds_of(typed: str) -> str:
    """What was typed in pinyin without tones, letters and digits only."""
    said = "".join(lazy_pinyin(typed)).lower().replace("ü", "v")
    return "".join(letter for letter in said if letter.isalnum())


def _devices(session: Session, typed: str, limit: int) -> list[Found]:
    ids = list(session.scalars(_NUMBERS, {"typed": typed, "most": limit}))
    return [
        Found("device", row.id, row.venue_id, row.code, row.kind, row.venue, row.code)
        for row in session.execute(_DEVICES, {"ids": ids})
    ]


def _told(session: Session, keys: list[tuple[str, int]]) -> dict[tuple[str, int], Found]:
    """Read under the reader's policies once more: what is not theirs has no row."""
    venues = [number for kind, number in keys if kind == "venue"]
    people = [number for kind, number in keys if kind == "person"]
    found = {
        ("venue", row.id): Found("venue", row.id, row.id, row.name, row.category, f"{row.county} · {row.address}")
        for row in session.execute(_VENUES, {"ids": venues})
    }
    return found | {
        ("person", row.id): Found("person", row.id, row.venue_id, row.name, row.duty, row.venue)
        for row in session.execute(_PEOPLE, {"ids": people})
    }


def _alike(found: Found) -> Found:
    return Found(found.kind, found.id, found.venue_id, found.title, found.detail, found.place, found.code, True)
