"""Tables, one aggregate a file."""

from db.models.alarms import Alarm, AlarmStep
from db.models.audit import AuditEntry
from db.models.base import Base
from db.models.coverage import CoverageStep
from db.models.devices import Device, DeviceAddress, DeviceCredential, DeviceLatest, DeviceStep
from db.models.duty import Contract, Duty, Maintainer
from db.models.duty_checks import DutyCheck
from db.models.ladders import AlarmLadder, ChainHole, LadderRung, LadderTemplate, Rehearsal
from db.models.letters import Letter
from db.models.notices import Notice
from db.models.people import Account, Grant, LoginSession, Person, WallToken
from db.models.platforms import DeviceLink, InboxEntry, Installation, PlatformGap
from db.models.readings import ArchivedDay, DailyReading, FiveMinutes, RolledUp, StaleReading
from db.models.regions import Region
from db.models.signals import DeadLetter, DeadLetterStore, Feed, RawBatch, Signal
from db.models.venues import Access, Milestone, Venue, VenueArea, VenuePerson

__all__ = [
    "Access",
    "Account",
    "Alarm",
    "AlarmLadder",
    "AlarmStep",
    "ArchivedDay",
    "AuditEntry",
    "Base",
    "ChainHole",
    "Contract",
    "CoverageStep",
    "DailyReading",
    "DeadLetter",
    "DeadLetterStore",
    "Device",
    "DeviceAddress",
    "DeviceCredential",
    "DeviceLatest",
    "DeviceLink",
    "DeviceStep",
    "Duty",
    "DutyCheck",
    "Feed",
    "FiveMinutes",
    "Grant",
    "InboxEntry",
    "Installation",
    "LadderRung",
    "LadderTemplate",
    "Letter",
    "LoginSession",
    "Maintainer",
    "Milestone",
    "Notice",
    "Person",
    "PlatformGap",
    "RawBatch",
    "Region",
    "Rehearsal",
    "RolledUp",
    "Signal",
    "StaleReading",
    "Venue",
    "VenueArea",
    "VenuePerson",
    "WallToken",
]
