"""What the routes about plans and scenes take and answer."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from portal.api.models import Answer, Refusal

Spots = list[tuple[float, float]]
"""Metres east and north of the venue's point."""


class ConeBody(BaseModel):
    heading: float = Field(description="degrees clockwise from north")
    angle: float = Field(description="degrees across")
    reach: float = Field(description="metres")


class PlaceBody(BaseModel):
    device_id: int
    x: float
    y: float
    z: float = Field(description="metres above the floor")
    cone: ConeBody | None = Field(None, description="what a camera sees")


class PartBody(BaseModel):
    area_id: int | None = Field(None, description="the controlled area on record; null: a plain room")
    name: str = ""
    outline: Spots


class RouteBody(BaseModel):
    line: Spots = Field(description="in the direction in which people leave")


class FloorBody(BaseModel):
    level: int = Field(description="1 is the ground floor, -1 the first basement")
    height: float
    elevation: float = Field(0, description="of the floor above the ground; worked out, not taken")
    outline: Spots | None = Field(None, description="null: the building's")
    areas: list[PartBody] = []
    routes: list[RouteBody] = []
    devices: list[PlaceBody] = []


class BuildingBody(BaseModel):
    name: str
    is_outdoors: bool = False
    outline: Spots
    floors: list[FloorBody]


class DeviceBody(BaseModel):
    id: int
    code: str | None
    kind: str
    area_id: int | None
    state: str | None = Field(description='what its "online" is worth; null before it was first judged')
    heard_at: datetime | None


class AlarmBody(BaseModel):
    id: int
    kind: str
    level: int
    state: str
    raised_at: datetime
    area_id: int | None
    device_id: int | None
    window_id: int | None


class LiveBody(BaseModel):
    """What changes while one looks."""

    at: datetime
    revision: int = Field(description="of the plan; 0: nobody has recorded one")
    devices: list[DeviceBody]
    alarms: list[AlarmBody]


class SceneVenue(BaseModel):
    id: int
    name: str
    lng: float
    lat: float


class ScenePlan(BaseModel):
    source: str | None = Field(description="drawn, geojson, ifc; sketch: nobody measured it; null: there is none")
    revision: int
    changed_at: datetime | None
    changed_by_name: str | None


class SceneArea(BaseModel):
    id: int
    name: str
    floor: int
    kind: str


class SceneBody(LiveBody):
    venue: SceneVenue
    plan: ScenePlan
    buildings: list[BuildingBody]
    areas: list[SceneArea] = Field(description="the controlled areas on record, drawn or not")


class DrawnPlan(BaseModel):
    """A plan that somebody drew, from the edition `revision` (0: there was none)."""

    revision: int = Field(ge=0, le=2**31 - 1)
    source: str = Field("drawn", pattern="^(drawn|geojson|ifc)$")
    buildings: list[Any] = Field(max_length=200)


class Recorded(BaseModel):
    revision: int


class FaultyRefusal(Refusal):
    faults: list[str] = Field(description="one sentence for every fault")


class Faulty(BaseModel):
    error: FaultyRefusal


class Sketched(BaseModel):
    buildings: list[BuildingBody]


class ReadFile(BaseModel):
    """What a file holds; recorded is nothing."""

    source: str
    buildings: list[BuildingBody]
    faults: list[str]
    remarks: list[str]


class NewLink(BaseModel):
    purpose: str = Field(max_length=200, description="for whom")
    hours: float = Field(gt=0, le=24 * 31, description="10 minutes to 30 days")


class MadeLink(BaseModel):
    url: str = Field(description="told this once; the record keeps its hash")


class Link(Answer):
    id: int
    purpose: str
    made_at: datetime
    made_by_name: str
    expires_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by_name: str | None
    visits: int
    last_opened_at: datetime | None
    last_address: str | None


class Links(BaseModel):
    rows: list[Link]
