"""What is said with each act upon an alarm."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import Verdict
from db.rules.remote_silence import Condition
from portal.api.asked import BIGGEST_ID, BIGGEST_INT
from portal.api.models import Answer

Words = Annotated[str | None, Field(max_length=500, description="a word to those who read the alarm's life")]
Evidence = Annotated[
    list[Annotated[str, Field(max_length=300)]],
    Field(max_length=20, description="references to evidence: a picture, a document, a call"),
]
PersonId = Annotated[int, Field(ge=1, le=BIGGEST_INT)]


class Said(BaseModel):
    note: Words = None


class SaidWithEvidence(Said):
    evidence: Evidence = []


class Acknowledgement(Said):
    promised_for: AwareDatetime | None = Field(None, description="by when you will be done")


class NewPromise(Said):
    promised_for: AwareDatetime


class Verdicts(SaidWithEvidence):
    verdict: Verdict
    cause: Cause | None = Field(None, description="of a false alarm, and of no other")
    corrects: Verdict | None = Field(None, description="the verdict on record that this one takes the place of")


class HandOver(Said):
    person: PersonId
    owner_seen: int | None = Field(
        None,
        ge=0,
        le=BIGGEST_INT,
        description="whose it was when you looked, 0 for nobody's; refused where it moved on",
    )


class Comment(BaseModel):
    words: str = Field(max_length=500)
    evidence: Evidence = []


class Attachment(BaseModel):
    evidence: Evidence
    note: Words = None


class SilenceAsked(BaseModel):
    condition: Condition
    person: int | None = Field(
        None, ge=1, le=BIGGEST_INT, description="of the venue's registered people, who confirms that there is no fire"
    )
    words: Words = None


class Silenced(BaseModel):
    silence: int
    carried_by: str | None = Field(description="the door that took it to the device; null: on record only")


class Acting(Answer):
    person_id: int
    name: str
    role: str
    phone: str | None


class ManyActs(BaseModel):
    """The same act upon many alarms."""

    alarms: list[Annotated[int, Field(ge=1, le=BIGGEST_ID)]] = Field(min_length=1, max_length=500)
    act: Literal["acknowledge", "verify", "hand_over", "close"]
    verdict: Literal["false", "test_or_drill"] | None = None
    cause: Cause | None = None
    promised_for: AwareDatetime | None = None
    person: PersonId | None = None
    note: Words = None
    all_or_none: bool = Field(False, description="take it upon each of them or upon none")


class Outcome(BaseModel):
    alarm: int
    done: bool
    refusal: str | None = Field(description="one sentence")


class Outcomes(BaseModel):
    done: int
    outcomes: list[Outcome]
