"""Tables, one aggregate a file."""

from db.models.alarms import Alarm, AlarmStep
from db.models.audit import AuditEntry
from db.models.base import Base
from db.models.coverage import CoverageStep
from db.models.devices import Device, DeviceAddress, DeviceCredential, DeviceLatest, DeviceStep
from db.models.duty import Contract, Duty, Maintainer
from db.models.duty_checks import DutyCheck
from db.models.notices import Notice
from db.models.panel_questions import PanelQuestion
from db.models.people import Account, Grant, LoginSession, Person, WallToken
from db.models.platforms import DeviceLink, InboxEntry, Installation, PlatformGap
from db.models.readings import ArchivedDay, DailyReading, FiveMinutes, RolledUp, StaleReading
from db.models.regions import Region
from db.models.signals import DeadLetter, DeadLetterStore, Feed, RawBatch, Signal, Turn
from db.models.venues import Access, Milestone, Venue, VenueArea, VenuePerson

__all__ = [
    "Access",
    "Account",
    "Alarm",
    "AlarmStep",
    "ArchivedDay",
    "AuditEntry",
    "Base",
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
    "LoginSession",
    "Maintainer",
    "Milestone",
    "Notice",
    "PanelQuestion",
    "Person",
    "PlatformGap",
    "RawBatch",
    "Region",
    "RolledUp",
    "Signal",
    "StaleReading",
    "Turn",
    "Venue",
    "VenueArea",
    "VenuePerson",
    "WallToken",
]
