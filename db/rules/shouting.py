"""Shouting over a venue's loudspeaker: who may, when it must be confirmed, how often it is tried. Pure."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum

from db.rules.access_scope import Role
from db.rules.timetables import HERE, Hours, Period, periods_at

MAY_SHOUT = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER})
MOST_WORDS = 200
LONGEST_RECORDING_SECONDS = 60
RECORDING_BYTES = 2 * 1024 * 1024
NIGHT_SINCE, NIGHT_UNTIL = time(22), time(6, 30)
TRIES = 5
FIRST_PAUSE = timedelta(seconds=4)
STALE_AFTER = timedelta(minutes=10)
"""What could not be said by then would only puzzle whoever hears it."""
STANDARD = (
    "请立即清理疏散通道，保持通道畅通。",
    "请勿在楼内及走廊给电动车、蓄电池充电。",
    "此处严禁吸烟和使用明火。",
    "请关闭常闭式防火门，不要用物品支顶。",
    "请值班人员立即到现场查看，并回复值班平台。",
    "请所有人员按疏散指示有序撤离，不要乘坐电梯。",
)
"""Sentences that are called out word for word: the province's, in Chinese."""


class Unsaid(StrEnum):
    """Why a shout was not called out; what the far end said follows behind a colon."""

    NO_ENGINE = "no_engine"
    NO_SOUND = "no_sound"
    NO_GATEWAY = "no_gateway"
    NO_KEY = "no_key"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    NOT_YET = "not_yet"
    TOO_LATE = "too_late"

    def with_words(self, words: str) -> str:
        return f"{self.value}: {words}" if words else self.value


class Caution(StrEnum):
    """Why a person is asked once more before anything is called out."""

    NIGHT = "night"
    TEACHING = "teaching"


def cautions(timetable: Iterable[Hours], now: datetime) -> tuple[Caution, ...]:
    """What the hour asks to be confirmed; where a venue has no timetable only the night is known."""
    periods = periods_at(timetable, now)
    here = now.astimezone(HERE).time()
    is_night = here >= NIGHT_SINCE or here < NIGHT_UNTIL or Period.DORMITORY_NIGHT in periods
    is_taught = bool(periods & {Period.TEACHING, Period.EXAM})
    return (*((Caution.NIGHT,) if is_night else ()), *((Caution.TEACHING,) if is_taught else ()))


def next_try(asked_at: datetime, tries: int, now: datetime) -> datetime | None:
    """When to try again after so many tries; None: it is given up."""
    due = now + FIRST_PAUSE * 2 ** (tries - 1)
    return None if tries >= TRIES or due > asked_at + STALE_AFTER else due
