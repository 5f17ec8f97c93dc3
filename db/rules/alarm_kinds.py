"""What an alarm can be about, and how bad it starts."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Warning levels, worst first; shown in the national colours red, orange, yellow, blue."""

    CRITICAL = 1
    MAJOR = 2
    MINOR = 3
    NOTICE = 4


class AlarmKind(StrEnum):
    FIRE = "fire"
    GAS = "gas"
    ELECTRICAL = "electrical"
    SMOKING = "smoking"
    CROWDING = "crowding"
    ESCAPE_ROUTE_BLOCKED = "escape_route_blocked"
    EQUIPMENT_MISSING = "equipment_missing"
    DUTY_UNANSWERED = "duty_unanswered"
    DEVICE_FAULT = "device_fault"
    DEVICE_SILENT = "device_silent"
    CAMERA_UNFIT = "camera_unfit"
    ACCESS_LOST = "access_lost"


class AlarmState(StrEnum):
    """Steps of an alarm's life; `CLOSED` is the only one that ends it."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    VERIFIED = "verified"
    HANDLED = "handled"
    CLOSED = "closed"


class Verdict(StrEnum):
    REAL_FIRE = "real_fire"
    REAL_HAZARD = "real_hazard"
    TEST_OR_DRILL = "test_or_drill"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class AlarmKindRow:
    """One kind: its Chinese name and the level it is raised at."""

    kind: AlarmKind
    name_zh: str
    level: Level


ALARM_KINDS: tuple[AlarmKindRow, ...] = (
    AlarmKindRow(AlarmKind.FIRE, "火警", Level.CRITICAL),
    AlarmKindRow(AlarmKind.GAS, "燃气泄漏", Level.MAJOR),
    AlarmKindRow(AlarmKind.ELECTRICAL, "电气异常", Level.MAJOR),
    AlarmKindRow(AlarmKind.SMOKING, "吸烟", Level.MINOR),
    AlarmKindRow(AlarmKind.CROWDING, "人员拥堵", Level.MINOR),
    AlarmKindRow(AlarmKind.ESCAPE_ROUTE_BLOCKED, "疏散通道占用", Level.MINOR),
    AlarmKindRow(AlarmKind.EQUIPMENT_MISSING, "消防器材缺失", Level.MINOR),
    AlarmKindRow(AlarmKind.DUTY_UNANSWERED, "查岗未应答", Level.MINOR),
    AlarmKindRow(AlarmKind.DEVICE_FAULT, "设备故障", Level.NOTICE),
    AlarmKindRow(AlarmKind.DEVICE_SILENT, "设备失联", Level.NOTICE),
    AlarmKindRow(AlarmKind.CAMERA_UNFIT, "画面异常", Level.NOTICE),
    AlarmKindRow(AlarmKind.ACCESS_LOST, "接入中断", Level.NOTICE),
)

BY_KIND = {row.kind: row for row in ALARM_KINDS}
