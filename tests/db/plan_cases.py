"""Plans and venues for tests."""

from db.rules.device_kinds import DeviceKind
from db.rules.plan import Building, Cone, DevicePlace, Floor, FloorArea, Plan, Route
from db.rules.plan_checks import KnownArea, KnownDevice, OnRecord
from db.rules.plan_geometry import rectangle

ORIGIN = (114.94, 25.83)
KNOWN = OnRecord(
    {1: KnownArea(1, "1楼走廊", 1, "corridor"), 2: KnownArea(2, "2楼教室", 2, "classroom")},
    {
        7: KnownDevice(7, "sd-1", DeviceKind.SMOKE_DETECTOR, 1),
        8: KnownDevice(8, "cam-1", DeviceKind.CAMERA, 1),
    },
)


def house(**ground: object) -> Plan:
    """Two storeys of 20 × 10 m; `ground` changes the ground floor."""
    parts: dict[str, object] = {
        "areas": (FloorArea("", rectangle(1, 4, 19, 6), 1), FloorArea("值班室", rectangle(1, 7, 5, 9))),
        "routes": (Route(((10.0, 5.0), (10.0, -3.0))),),
        "devices": (DevicePlace(7, 10.0, 5.0, 3.2), DevicePlace(8, 2.0, 5.0, 2.6, Cone(90.0, 70.0, 12.0))),
    }
    first = Floor(1, 3.6, **(parts | ground))  # type: ignore[arg-type]
    second = Floor(2, 3.3, rectangle(0, 0, 14, 10), areas=(FloorArea("", rectangle(1, 1, 6, 5), 2),))
    return Plan((Building("教学楼", rectangle(0, 0, 20, 10), (first, second)),))
