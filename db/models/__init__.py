"""Tables, one aggregate a file."""

from db.models.alarms import Alarm, AlarmDevice, AlarmSilence, AlarmStep
from db.models.appeals import Appeal, AppealStep, HistoryCorrection, ReaderLogin
from db.models.appearances import Appearance
from db.models.audit import AuditEntry
from db.models.base import Base
from db.models.bench import BenchFrame, BenchTrial
from db.models.bulletins import Bulletin, BulletinCopy, Snapshot, SnapshotFigure, SnapshotVenues
from db.models.cameras import (
    CameraFrame,
    CameraRule,
    CameraStream,
    CameraWatch,
    CameraZone,
    TimetablePeriod,
    VisionModel,
    VisionVerdict,
    VisionWorker,
)
from db.models.coverage import CoverageStep
from db.models.devices import Device, DeviceAddress, DeviceCredential, DeviceLatest, DeviceStep
from db.models.duty import Contract, Duty, Maintainer
from db.models.duty_checks import DutyCheck
from db.models.evidence import EvidenceFile
from db.models.fire_stations import FireStation
from db.models.hazards import Hazard, HazardStep
from db.models.ladders import AlarmLadder, ChainHole, LadderRung, LadderTemplate, Rehearsal
from db.models.letters import Letter
from db.models.map_cells import MapCell, MapVersion
from db.models.measures import ExcusedVenue, RankingMinimum, Settling, Standing, StandingStep
from db.models.notices import Notice
from db.models.outbox import FirePlatform, OutboxEntry
from db.models.panel_questions import PanelQuestion
from db.models.patrol import PatrolCapture, PatrolLook, PatrolPlan, PatrolRound, PatrolStop
from db.models.people import Account, Grant, LoginSession, Person, WallToken
from db.models.plans import PlanArea, PlanBuilding, PlanDevice, PlanEdition, PlanFloor, PlanRoute, SceneLink, SceneVisit
from db.models.platforms import DeviceLink, InboxEntry, Installation, PlatformGap
from db.models.readings import ArchivedDay, DailyReading, FiveMinutes, RolledUp, StaleReading
from db.models.regions import Region
from db.models.rosters import Roster
from db.models.saved_views import SavedView
from db.models.search import HanSound, SearchEntry
from db.models.shouts import Loudspeaker, Shout
from db.models.signals import DeadLetter, DeadLetterStore, Feed, RawBatch, Signal, Turn
from db.models.telling import AlarmStamps, ContactPoint, Delivery, NotificationRule, NotifyChannel, QuietTime, Receipt
from db.models.venues import Access, Milestone, Venue, VenueArea, VenuePerson
from db.models.walls import WallScene
from db.models.windows import Window
from db.models.work_orders import WorkOrder, WorkOrderStep

__all__ = [
    "Access",
    "Account",
    "Alarm",
    "AlarmDevice",
    "AlarmLadder",
    "AlarmSilence",
    "AlarmStamps",
    "AlarmStep",
    "Appeal",
    "AppealStep",
    "Appearance",
    "ArchivedDay",
    "AuditEntry",
    "Base",
    "BenchFrame",
    "BenchTrial",
    "Bulletin",
    "BulletinCopy",
    "CameraFrame",
    "CameraRule",
    "CameraStream",
    "CameraWatch",
    "CameraZone",
    "ChainHole",
    "ContactPoint",
    "Contract",
    "CoverageStep",
    "DailyReading",
    "DeadLetter",
    "DeadLetterStore",
    "Delivery",
    "Device",
    "DeviceAddress",
    "DeviceCredential",
    "DeviceLatest",
    "DeviceLink",
    "DeviceStep",
    "Duty",
    "DutyCheck",
    "EvidenceFile",
    "ExcusedVenue",
    "Feed",
    "FirePlatform",
    "FireStation",
    "FiveMinutes",
    "Grant",
    "HanSound",
    "Hazard",
    "HazardStep",
    "HistoryCorrection",
    "InboxEntry",
    "Installation",
    "LadderRung",
    "LadderTemplate",
    "Letter",
    "LoginSession",
    "Loudspeaker",
    "Maintainer",
    "MapCell",
    "MapVersion",
    "Milestone",
    "Notice",
    "NotificationRule",
    "NotifyChannel",
    "OutboxEntry",
    "PanelQuestion",
    "PatrolCapture",
    "PatrolLook",
    "PatrolPlan",
    "PatrolRound",
    "PatrolStop",
    "Person",
    "PlanArea",
    "PlanBuilding",
    "PlanDevice",
    "PlanEdition",
    "PlanFloor",
    "PlanRoute",
    "PlatformGap",
    "QuietTime",
    "RankingMinimum",
    "RawBatch",
    "ReaderLogin",
    "Receipt",
    "Region",
    "Rehearsal",
    "RolledUp",
    "Roster",
    "SavedView",
    "SceneLink",
    "SceneVisit",
    "SearchEntry",
    "Settling",
    "Shout",
    "Signal",
    "Snapshot",
    "SnapshotFigure",
    "SnapshotVenues",
    "StaleReading",
    "Standing",
    "StandingStep",
    "TimetablePeriod",
    "Turn",
    "Venue",
    "VenueArea",
    "VenuePerson",
    "VisionModel",
    "VisionVerdict",
    "VisionWorker",
    "WallScene",
    "WallToken",
    "Window",
    "WorkOrder",
    "WorkOrderStep",
]
