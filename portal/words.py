"""The words of the domain as people read them, in the reader's language."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from db.rules.access_scope import Role
from db.rules.alarm_kinds import AlarmKind, AlarmState, Level, Verdict
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.duty_check import DutyCheckState
from db.rules.online import DeviceState, Evidence
from db.rules.signal_kinds import SignalKind
from db.rules.venue_categories import Category, SubType
from portal.locale import _

HERE = ZoneInfo("Asia/Shanghai")
SUB_TYPES = frozenset(sub_type.value for sub_type in SubType)


def category(value: str) -> str:
    """A venue category, or "all" of them."""
    return {
        Category.UNIVERSITY_OR_COLLEGE: _("Universities and colleges"),
        Category.SECONDARY_VOCATIONAL_SCHOOL: _("Secondary vocational schools"),
        Category.BOARDING_SCHOOL: _("Boarding schools"),
        Category.KINDERGARTEN: _("Kindergartens"),
        Category.TRAINING_INSTITUTION: _("Training institutions"),
        Category.PRIVATE_CONTINUING_COLLEGE: _("Private continuing colleges"),
        Category.OFF_CAMPUS_TEACHING_SITE: _("Off-campus teaching sites"),
        Category.YOUTH_ACTIVITY_CENTRE: _("Youth activity centres"),
        Category.PRACTICE_BASE: _("Practice bases"),
        "all": _("All categories"),
    }[value]


def category_short(value: str) -> str:
    """The category in a table's narrow head."""
    return {
        Category.UNIVERSITY_OR_COLLEGE: _("Univ."),
        Category.SECONDARY_VOCATIONAL_SCHOOL: _("Vocat."),
        Category.BOARDING_SCHOOL: _("Boarding"),
        Category.KINDERGARTEN: _("Kinderg."),
        Category.TRAINING_INSTITUTION: _("Training"),
        Category.PRIVATE_CONTINUING_COLLEGE: _("Contin."),
        Category.OFF_CAMPUS_TEACHING_SITE: _("Off-campus"),
        Category.YOUTH_ACTIVITY_CENTRE: _("Youth"),
        Category.PRACTICE_BASE: _("Practice"),
        "all": _("All"),
    }[value]


def sub_type(value: str) -> str:
    return {
        SubType.PUBLIC_UNDERGRADUATE: _("Public undergraduate"),
        SubType.PRIVATE_UNDERGRADUATE: _("Private undergraduate"),
        SubType.PUBLIC_VOCATIONAL: _("Public vocational"),
        SubType.PRIVATE_VOCATIONAL: _("Private vocational"),
    }.get(value, value)  # type: ignore[call-overload]


def alarm_kind(value: str) -> str:
    return {
        AlarmKind.FIRE: _("Fire"),
        AlarmKind.GAS: _("Gas leak"),
        AlarmKind.ELECTRICAL: _("Electrical"),
        AlarmKind.SMOKING: _("Smoking"),
        AlarmKind.CROWDING: _("Crowding"),
        AlarmKind.ESCAPE_ROUTE_BLOCKED: _("Escape route blocked"),
        AlarmKind.EQUIPMENT_MISSING: _("Equipment missing"),
        AlarmKind.DUTY_UNANSWERED: _("Duty check unanswered"),
        AlarmKind.DEVICE_FAULT: _("Device fault"),
        AlarmKind.DEVICE_SILENT: _("Device silent"),
        AlarmKind.CAMERA_UNFIT: _("Camera unfit"),
        AlarmKind.ACCESS_LOST: _("Access lost"),
    }[AlarmKind(value)]


def level(value: int) -> str:
    return {
        Level.CRITICAL: _("Critical"),
        Level.MAJOR: _("Major"),
        Level.MINOR: _("Minor"),
        Level.NOTICE: _("Notice"),
    }[Level(value)]


def level_colour(value: int) -> str:
    """The national warning colour's name, as it stands in a badge."""
    return {
        Level.CRITICAL: _("Red"),
        Level.MAJOR: _("Orange"),
        Level.MINOR: _("Yellow"),
        Level.NOTICE: _("Blue"),
    }[Level(value)]


def level_class(value: int) -> str:
    """The level's name in style sheets: critical, major, minor, notice."""
    return Level(value).name.lower()


def alarm_state(value: str) -> str:
    return {
        AlarmState.RAISED: _("Waiting for acknowledgement"),
        AlarmState.ACKNOWLEDGED: _("Acknowledged"),
        AlarmState.VERIFIED: _("Verified"),
        AlarmState.HANDLED: _("Handled"),
        AlarmState.CLOSED: _("Closed"),
    }[AlarmState(value)]


def verdict(value: str) -> str:
    return {
        Verdict.REAL_FIRE: _("Real fire"),
        Verdict.REAL_HAZARD: _("Real hazard"),
        Verdict.TEST_OR_DRILL: _("Test or drill"),
        Verdict.FALSE: _("False alarm"),
    }[Verdict(value)]


def device_kind(value: str) -> str:
    return {
        DeviceKind.SMOKE_DETECTOR: _("Smoke detector"),
        DeviceKind.HEAT_DETECTOR: _("Heat detector"),
        DeviceKind.GAS_DETECTOR: _("Gas detector"),
        DeviceKind.ELECTRICITY_METER: _("Electricity meter"),
        DeviceKind.CAMERA: _("Camera"),
        DeviceKind.LOUDSPEAKER_COLUMN: _("Loudspeaker column"),
        DeviceKind.HYDRANT: _("Hydrant"),
        DeviceKind.USER_TRANSMISSION_DEVICE: _("User transmission device"),
        DeviceKind.MANUAL_CALL_POINT: _("Manual call point"),
    }[DeviceKind(value)]


def device_state(value: str) -> str:
    return {
        DeviceState.PROVEN: _("Proven online"),
        DeviceState.HEARD: _("Heard"),
        DeviceState.FLAPPING: _("Flapping"),
        DeviceState.FAULTY: _("Faulty"),
        DeviceState.SILENT: _("Silent"),
        DeviceState.REGISTERED: _("Registered only"),
    }[DeviceState(value)]


def device_state_class(value: str) -> str:
    """The colour of its badge."""
    return {
        DeviceState.PROVEN: "good",
        DeviceState.FLAPPING: "minor",
        DeviceState.FAULTY: "major",
        DeviceState.SILENT: "major",
    }.get(DeviceState(value), "")


def evidence(value: str) -> str:
    """What proves a device."""
    return {
        Evidence.RADIO: _("radio report or test"),
        Evidence.READING: _("a reading"),
        Evidence.COUNTER: _("a counter that moves"),
        Evidence.PICTURE: _("a decoded picture"),
        Evidence.LINK: _("a frame"),
    }[Evidence(value)]


def area_kind(value: str) -> str:
    return {
        AreaKind.ENTRANCE: _("Entrance"),
        AreaKind.ESCAPE_ROUTE: _("Escape route"),
        AreaKind.CORRIDOR: _("Corridor"),
        AreaKind.STAIRS: _("Stairs"),
        AreaKind.DORMITORY: _("Dormitory"),
        AreaKind.CLASSROOM: _("Classroom"),
        AreaKind.LABORATORY: _("Laboratory"),
        AreaKind.KITCHEN: _("Kitchen"),
    }[AreaKind(value)]


def signal(value: str) -> str:
    return {
        SignalKind.HEARTBEAT: _("Heartbeat"),
        SignalKind.SMOKE: _("Smoke"),
        SignalKind.TEMPERATURE: _("Temperature"),
        SignalKind.MANUAL_CALL: _("Manual call point"),
        SignalKind.PANEL: _("Fire panel"),
        SignalKind.GAS: _("Gas"),
        SignalKind.CURRENT: _("Current"),
        SignalKind.RESIDUAL_CURRENT: _("Residual current"),
        SignalKind.CABLE_TEMPERATURE: _("Cable temperature"),
        SignalKind.ARC: _("Arc"),
        SignalKind.ENERGY: _("Energy"),
        SignalKind.WATER_PRESSURE: _("Water pressure"),
        SignalKind.FAULT: _("Fault"),
        SignalKind.DUTY_CHECK: _("Duty check"),
        SignalKind.PICTURE: _("Picture"),
        SignalKind.EQUIPMENT: _("Fire equipment"),
        SignalKind.CROWD: _("Crowd"),
        SignalKind.ESCAPE_ROUTE: _("Escape route"),
        SignalKind.WATCH_ROOM: _("Watch room"),
        SignalKind.SMOKING: _("Smoking"),
        SignalKind.FLAME: _("Flames or smoke in the picture"),
    }[SignalKind(value)]


def duty_check_state(value: str) -> str:
    return {
        DutyCheckState.ASKED: _("waiting for the device"),
        DutyCheckState.SENT: _("sent"),
        DutyCheckState.CONFIRMED: _("ringing at the desk"),
        DutyCheckState.ANSWERED: _("answered in time"),
        DutyCheckState.ANSWERED_LATE: _("answered late"),
        DutyCheckState.UNANSWERED: _("not answered"),
        DutyCheckState.UNREACHABLE: _("device not reachable"),
    }[DutyCheckState(value)]


def person_duty(value: str) -> str:
    return {
        "legal_person": _("Legal person"),
        "operator": _("Operator"),
        "safety_officer": _("Safety officer"),
    }.get(value, value)


def role(value: str) -> str:
    return {
        Role.PROVINCE: _("Province office"),
        Role.CITY: _("City bureau"),
        Role.COUNTY: _("County bureau"),
        Role.VENUE: _("Venue"),
        Role.MAINTAINER: _("Maintainer"),
        Role.ANALYST: _("Analyst"),
        Role.ADMINISTRATOR: _("Administrator"),
        Role.WALL: _("Wall display"),
    }[Role(value)]


def clock(at: datetime) -> str:
    """Time of day in Shanghai: 14:32:09."""
    return at.astimezone(HERE).strftime("%H:%M:%S")


def moment(at: datetime | None, now: datetime | None = None, today: str = "%H:%M:%S") -> str:
    """Date and time in Shanghai, the date left out where it is today's; "–" for never."""
    if at is None:
        return "–"
    local = at.astimezone(HERE)
    if now is not None and local.date() == now.astimezone(HERE).date():
        return local.strftime(today)
    return local.strftime("%Y-%m-%d %H:%M")


def minute(at: datetime, now: datetime) -> str:
    """The same of what people promise: nobody does so by the second."""
    return moment(at, now, "%H:%M")


def day(at: datetime | None) -> str:
    """The day in Shanghai; "–" for never."""
    return at.astimezone(HERE).date().isoformat() if at else "–"


def lasting(span: timedelta) -> str:
    """A duration as people say it: 45 s, 5 min, 3 min 12 s, 5 h 20 min, 3 d 4 h."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return _("{s} s").format(s=seconds)
    if seconds < 3600 and not seconds % 60:
        return _("{m} min").format(m=seconds // 60)
    if seconds < 3600:
        return _("{m} min {s} s").format(m=seconds // 60, s=seconds % 60)
    if seconds < 86400:
        return _("{h} h {m} min").format(h=seconds // 3600, m=seconds % 3600 // 60)
    return _("{d} d {h} h").format(d=seconds // 86400, h=seconds % 86400 // 3600)


def hours(span: timedelta) -> str:
    """A span that is set in whole hours."""
    return _("{n} hours").format(n=round(span.total_seconds() / 3600))


def count(n: int) -> str:
    """A whole number with thousands separators."""
    return f"{n:,}"


def pct(value: float | None) -> str:
    """A percentage to one decimal; "–" where there is nothing to measure."""
    return "–" if value is None else f"{value:.1f}%"
