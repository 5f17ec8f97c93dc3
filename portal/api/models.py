"""What the REST interface answers, described for its readers."""

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Row = TypeVar("Row")


class Answer(BaseModel):
    """Read from the record's rows by attribute."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[Row]):
    """One stretch of a longer list."""

    total: int = Field(description="length of the whole list within your scope")
    limit: int
    offset: int
    rows: list[Row]


class Refusal(BaseModel):
    code: str = Field(description="a fixed word for programs", examples=["not_found"])
    message: str = Field(description="one sentence for people")


class Refused(BaseModel):
    """Every refusal has this shape."""

    error: Refusal


class Me(Answer):
    """Who is asking, and what they may see."""

    name: str
    role: str
    place: str
    home: int = Field(description="code of the smallest region that holds everything you may see")
    county_lo: int = Field(description="counties from this code …")
    county_hi: int = Field(description="… to this one; an empty range means: the venues named in `venues`")
    venues: list[int]
    language: str


class Region(Answer):
    adcode: int = Field(description="GB/T 2260")
    level: str
    parent: int | None
    name: str
    name_en: str
    lng: float = Field(description="label point, CGCS2000")
    lat: float
    west: float
    south: float
    east: float
    north: float


class VenueRow(Answer):
    id: int
    code: str
    name: str
    category: str
    sub_type: str | None
    county: int
    county_name: str
    address: str
    lng: float = Field(description="CGCS2000")
    lat: float
    accessed: bool
    on_duty: bool
    is_demo: bool


class Responsible(Answer):
    duty: str
    name: str
    phone: str


class Stretch(Answer):
    since: date
    until: date | None = Field(description="the first day it no longer held; null while it holds")
    about: str | None


class Venue(Answer):
    id: int
    code: str
    name: str
    category: str
    sub_type: str | None
    county: int
    county_name: str
    city: int
    city_name: str
    address: str
    students: int | None
    lng: float = Field(description="CGCS2000")
    lat: float
    is_demo: bool
    due_on: date | None = Field(description="the day by which its category had to be connected")
    people: list[Responsible]
    access: list[Stretch]
    duty: list[Stretch]


class Device(Answer):
    id: int
    code: str = Field(description="the device id in its MQTT topic")
    kind: str
    model: str
    floor: int | None
    area_id: int | None
    area_name: str | None
    area_kind: str | None
    heard_at: datetime | None
    signal: str | None
    value: float | None
    battery_pct: int | None
    rssi_dbm: int | None
    identity: str | None = Field(description="its 27 characters by GB/T 45839-2025; the check at the end is unverified")
    is_online: bool | None = Field(description="what its platform says of its link; no evidence that it lives")


class Devices(BaseModel):
    venue: int
    rows: list[Device]


class RankingRow(Answer):
    level: str
    adcode: int
    name: str
    category: str = Field(description="a category, or `all`: those that the bulletin counts")
    venues: int
    accessed: int
    on_duty: int
    access_pct: float | None = Field(description="percent to one decimal, half up; null where there are no venues")
    duty_pct: float | None


class Rankings(BaseModel):
    as_of: date
    rows: list[RankingRow]


class Feed(Answer):
    name: str
    alive_at: datetime
    accepted: int
    refused: int
    stale: bool


class Background(Answer):
    """Work that goes on by itself."""

    name: str
    behind_seconds: int
    stalled: bool


class Feeds(BaseModel):
    at: datetime
    rows: list[Feed]
    background: list[Background]


class Alarm(Answer):
    id: int
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    city_name: str
    area_name: str | None
    kind: str
    level: int = Field(description="1 critical, 2 major, 3 minor, 4 notice")
    state: str
    verdict: str | None
    signal: str | None
    value: float | None
    raised_at: datetime
    acknowledged_at: datetime | None
    closed_at: datetime | None
    signal_count: int
    device_count: int
    cause: str | None = Field(description="why it was false")
    owner_id: int | None = Field(description="who has it in hand")
    owner_name: str | None
    promised_for: datetime | None = Field(description="by when its owner promised to be done")
    silenced_at: datetime | None
    window_id: int | None = Field(description="the drill or maintenance window that it was raised in")


class AlarmStep(Answer):
    at: datetime
    step: str
    actor_name: str
    note: str | None
    address: str | None = Field(description="from where the person acted")
    role: str | None
    facts: dict[str, Any] = Field(description="verdict, cause, promised_for, evidence, to: as the step has them")


class AlarmWithSteps(Alarm):
    device_code: str | None = Field(description="the device that spoke first")
    steps: list[AlarmStep]
