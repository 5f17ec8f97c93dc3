"""Controlled areas and devices: a usual equipment for each category of venue."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from db.demo.history import VenueHistory
from db.demo.venues import DemoVenue
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.venue_categories import Category

SMOKE, METER, CAMERA = DeviceKind.SMOKE_DETECTOR, DeviceKind.ELECTRICITY_METER, DeviceKind.CAMERA
GAS, COLUMN, HYDRANT = DeviceKind.GAS_DETECTOR, DeviceKind.LOUDSPEAKER_COLUMN, DeviceKind.HYDRANT
PANEL, CALL, HEAT = DeviceKind.USER_TRANSMISSION_DEVICE, DeviceKind.MANUAL_CALL_POINT, DeviceKind.HEAT_DETECTOR

PREFIX = {
    SMOKE: "sd",
    METER: "em",
    CAMERA: "cam",
    GAS: "gd",
    COLUMN: "lc",
    HYDRANT: "hy",
    PANEL: "utd",
    CALL: "mcp",
    HEAT: "hd",
}
MODELS = {
    SMOKE: ("SD-11 NB-IoT", "SD-20 Wi-Fi", "SD-7 LoRa"),
    METER: ("EM-3P 4G", "EM-1P NB-IoT"),
    CAMERA: ("IPC-4M", "IPC-2M"),
    GAS: ("GD-5 NB-IoT",),
    COLUMN: ("LC-30 IP",),
    HYDRANT: ("HY-2 NB-IoT",),
    PANEL: ("UTD-26875",),
    CALL: ("MCP-1",),
    HEAT: ("HD-4 NB-IoT",),
}

Plan = tuple[AreaKind, int, str, tuple[DeviceKind, ...]]
"""Kind, floor, name, and what hangs there."""

ENTRANCE: Plan = (AreaKind.ENTRANCE, 1, "大门出入口", (CAMERA, COLUMN))
KITCHEN: Plan = (AreaKind.KITCHEN, 1, "厨房", (GAS, HEAT))


def _corridors(floors: int, building: str = "") -> tuple[Plan, ...]:
    return tuple(
        (AreaKind.CORRIDOR, floor, f"{building}{floor}楼走廊", (SMOKE, CAMERA)) for floor in range(1, floors + 1)
    )


def _dormitories(buildings: int, floors: int) -> tuple[Plan, ...]:
    return tuple(
        (AreaKind.DORMITORY, floor, f"{building}号宿舍楼{floor}楼", (SMOKE, METER))
        for building in range(1, buildings + 1)
        for floor in range(1, floors + 1)
    )


PLANS: dict[Category, tuple[Plan, ...]] = {
    Category.TRAINING_INSTITUTION: (
        ENTRANCE,
        (AreaKind.CORRIDOR, 2, "2楼走廊", (SMOKE,)),
        (AreaKind.CLASSROOM, 2, "2楼教室", (SMOKE, METER)),
    ),
    Category.KINDERGARTEN: (
        ENTRANCE,
        (AreaKind.CORRIDOR, 1, "1楼走廊", (SMOKE, CAMERA)),
        (AreaKind.CLASSROOM, 2, "2楼活动室", (SMOKE, METER)),
        (AreaKind.STAIRS, 2, "东侧楼梯", (SMOKE,)),
        (AreaKind.KITCHEN, 1, "厨房", (GAS,)),
    ),
    Category.BOARDING_SCHOOL: (
        ENTRANCE,
        *_corridors(2, "教学楼"),
        *_dormitories(1, 3),
        KITCHEN,
        (AreaKind.LABORATORY, 3, "理化实验室", (SMOKE, METER)),
        (AreaKind.ESCAPE_ROUTE, 1, "疏散通道", (CAMERA, CALL)),
        (AreaKind.STAIRS, 2, "宿舍楼楼梯", (SMOKE,)),
    ),
    Category.SECONDARY_VOCATIONAL_SCHOOL: (
        ENTRANCE,
        *_corridors(4, "教学楼"),
        *_dormitories(2, 4),
        KITCHEN,
        (AreaKind.LABORATORY, 1, "实训车间", (SMOKE, HEAT, METER)),
        (AreaKind.ESCAPE_ROUTE, 1, "疏散通道", (CAMERA, CALL)),
        (AreaKind.CLASSROOM, 1, "消防控制室", (PANEL,)),
        (AreaKind.ENTRANCE, 1, "室外消火栓", (HYDRANT,)),
    ),
    Category.UNIVERSITY_OR_COLLEGE: (
        ENTRANCE,
        *_corridors(5, "主教学楼"),
        *_dormitories(6, 6),
        KITCHEN,
        (AreaKind.KITCHEN, 2, "第二食堂厨房", (GAS, HEAT)),
        *((AreaKind.LABORATORY, floor, f"实验楼{floor}楼", (SMOKE, HEAT, METER)) for floor in range(1, 5)),
        (AreaKind.ESCAPE_ROUTE, 1, "疏散通道", (CAMERA, CALL)),
        (AreaKind.CLASSROOM, 1, "消防控制室", (PANEL,)),
        *((AreaKind.ENTRANCE, 1, f"{number}号室外消火栓", (HYDRANT,)) for number in range(1, 5)),
    ),
    Category.OFF_CAMPUS_TEACHING_SITE: (ENTRANCE, (AreaKind.CLASSROOM, 3, "3楼教室", (SMOKE, METER))),
    Category.PRACTICE_BASE: (ENTRANCE, *_dormitories(1, 2), KITCHEN),
    Category.YOUTH_ACTIVITY_CENTRE: (ENTRANCE, *_corridors(3)),
    Category.PRIVATE_CONTINUING_COLLEGE: (ENTRANCE, *_corridors(3, "教学楼"), *_dormitories(1, 4), KITCHEN),
}


@dataclass(frozen=True, slots=True)
class DemoArea:
    id: int
    venue: DemoVenue
    kind: AreaKind
    floor: int
    name: str


@dataclass(frozen=True, slots=True)
class DemoDevice:
    id: int
    code: str
    area: DemoArea
    kind: DeviceKind
    model: str
    installed_on: date
    is_live: bool
    """Its venue is accessed today."""


def make(
    venues: list[DemoVenue], histories: dict[int, VenueHistory], rng: np.random.Generator
) -> tuple[list[DemoArea], list[DemoDevice]]:
    """Areas and devices of every venue that was ever accessed."""
    areas: list[DemoArea] = []
    devices: list[DemoDevice] = []
    numbers: dict[tuple[DeviceKind, int], int] = {}
    for venue in venues:
        access = histories[venue.id].access
        if not access:
            continue
        installed = access[0].since - timedelta(days=int(rng.integers(1, 9)))
        is_live = access[-1].until is None
        for kind, floor, name, hung in PLANS[venue.category]:
            area = DemoArea(len(areas) + 1, venue, kind, floor, name)
            areas.append(area)
            for device in hung:
                number = numbers[device, venue.county] = numbers.get((device, venue.county), 0) + 1
                models = MODELS[device]
                devices.append(
                    DemoDevice(
                        len(devices) + 1,
                        f"{PREFIX[device]}-{venue.county}-{number:06d}",
                        area,
                        device,
                        models[int(rng.integers(len(models)))],
                        installed,
                        is_live,
                    )
                )
    return areas, devices
