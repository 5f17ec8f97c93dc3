"""Hazards and work orders as the REST interface answers them."""

from datetime import date, datetime

from pydantic import Field

from portal.api.models import Answer


class Hazard(Answer):
    id: int
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    city_name: str
    spot: str = Field(description="the area on the books, or the place in words")
    kind: str
    grade: str = Field(description="general or major")
    source: str
    state: str = Field(description="found, assigned, rectifying, submitted, sent_back, accepted, closed")
    what: str
    found_at: datetime
    found_by_name: str
    responsible: str | None = Field(description="who is to put it right, as the list names them")
    measure: str | None
    requirement: str | None
    due_at: datetime | None = Field(description="the deadline for rectifying")
    act_by: datetime | None = Field(description="by when whoever is next must act; null: nobody owes anything")
    submitted_at: datetime | None
    accepted_by_name: str | None
    closed_at: datetime | None
    look_back_on: date | None
    round: int = Field(description="1, and one more each time that it came back")


class WorkOrder(Answer):
    id: int
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    city_name: str
    alarm_id: int | None
    hazard_id: int | None
    device_code: str | None
    what: str
    requirement: str
    urgency: str
    state: str
    given_to: str = Field(description="maintainer or venue")
    unit: str | None = Field(description="the maintainer")
    given_at: datetime
    given_by_name: str
    doer_name: str | None
    accept_by: datetime
    arrive_by: datetime
    finish_by: datetime
    accepted_at: datetime | None
    arrived_at: datetime | None
    finished_at: datetime | None
    ended_at: datetime | None
    act_by: datetime | None = Field(description="by when whoever is next must act; null: nobody owes anything")
