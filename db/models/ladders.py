from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, key, small, venue_ref


class LadderTemplate(Base):
    """Who is told of an alarm, and when: one version of a ladder. What is None fits everything."""

    __tablename__ = "ladder_templates"
    __table_args__ = (
        CheckConstraint("level between 1 and 4", name="level"),
        CheckConstraint("promise_at_most_seconds > 0", name="promise"),
        Index(
            "uq_ladder_templates_current",
            text("coalesce(category, '')"),
            text("coalesce(kind, '')"),
            text("coalesce(level, 0)"),
            text("coalesce(nature, '')"),
            unique=True,
            postgresql_where=text("replaced_at is null"),
        ),
    )

    id: Mapped[key]
    name: Mapped[str]
    category: Mapped[str | None]
    kind: Mapped[str | None]
    level: Mapped[small | None]
    nature: Mapped[str | None]
    """What the rules took the alarm for, where they told it apart."""
    version: Mapped[int]
    promise_at_most_seconds: Mapped[int]
    """A promise holds the ladder up no longer than this."""
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_by_name: Mapped[str]
    replaced_at: Mapped[datetime | None]


class LadderRung(Base):
    """One step of a ladder: after so long since raised, acknowledged, promised or confirmed, who is told."""

    __tablename__ = "ladder_rungs"
    __table_args__ = (
        CheckConstraint("since in ('raised', 'acknowledged', 'promised', 'confirmed')", name="since"),
        CheckConstraint("who in ('venue', 'maintainer', 'owner', 'county', 'city', 'province')", name="who"),
        CheckConstraint("after_seconds >= 0", name="after"),
        CheckConstraint("letter_within_seconds is null or who in ('city', 'province')", name="letter"),
    )

    template_id: Mapped[int] = mapped_column(ForeignKey("ladder_templates.id"), primary_key=True)
    number: Mapped[small] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[str]
    after_seconds: Mapped[int]
    who: Mapped[str]
    asks: Mapped[bool]
    """Asked to act, or only informed."""
    duties: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Of a venue's people only those of these duties; empty: all."""
    letter_within_seconds: Mapped[int | None]
    """A supervision letter goes out, and demands an answer within this time."""


class AlarmLadder(Base):
    """Where an alarm stands on its ladder. Kept by the database with every change of the alarm."""

    __tablename__ = "alarm_ladders"
    __table_args__ = (Index("ix_alarm_ladders_due", "next_due_at", postgresql_where=text("next_due_at is not null")),)

    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id"), primary_key=True, autoincrement=False)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    template_id: Mapped[int] = mapped_column(ForeignKey("ladder_templates.id"))
    state: Mapped[str]
    """climbing, ended (nobody is left to tell) or stopped."""
    reason: Mapped[str | None]
    """What set it going, or stopped it: raised, level_raised, acknowledged, moved, closed …"""
    clock: Mapped[str | None]
    """Since what the rungs are counted; None where it stopped."""
    round: Mapped[small] = mapped_column(server_default="1")
    base_at: Mapped[datetime | None]
    next_rung: Mapped[small | None]
    next_due_at: Mapped[datetime | None]
    climbed: Mapped[small] = mapped_column(server_default="0")
    """Rungs climbed in this round."""
    climbed_at: Mapped[datetime | None]


class ChainHole(Base):
    """A level that nobody can be told at for a venue, from when it was found until somebody is there."""

    __tablename__ = "chain_holes"
    __table_args__ = (
        Index("uq_chain_holes_open", "venue_id", "who", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_chain_holes_county", "county", postgresql_where=text("ended_at is null")),
    )

    id: Mapped[big_key]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    who: Mapped[str]
    reason: Mapped[str]
    """nobody or no_channel."""
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """The kinds of alarm that it was rehearsed for; empty where a ladder on its way found it."""
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Rehearsal(Base):
    """A night's synthetic alarm at every venue of a county: how many chains held."""

    __tablename__ = "rehearsals"

    county: Mapped[int] = mapped_column(ForeignKey("regions.adcode"), primary_key=True, autoincrement=False)
    rehearsed_at: Mapped[datetime] = mapped_column(primary_key=True)
    venues: Mapped[int]
    people: Mapped[int]
    holes: Mapped[int]
    venues_with_holes: Mapped[int]
