"""A plan as plain values for JSON, and back: what the editor sends and a scene is drawn from."""

import math
from typing import Any

from db.rules.plan import Building, Cone, DevicePlace, Floor, FloorArea, Plan, Ring, Route

MILLIMETRES = 3


class NotAPlan(ValueError):
    """The values have not a plan's shape."""


def plan_told(plan: Plan) -> dict[str, Any]:
    return {"buildings": [_building_told(building) for building in plan.buildings]}


def plan_of(told: Any) -> Plan:
    """`NotAPlan` where the shape is not a plan's; whether the plan is a sound one is asked elsewhere."""
    try:
        return Plan(tuple(_building(building) for building in _list(told["buildings"])))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise NotAPlan from error


def _building_told(building: Building) -> dict[str, Any]:
    return {
        "name": building.name,
        "is_outdoors": building.is_outdoors,
        "outline": _spots_told(building.outline),
        "floors": [_floor_told(floor) for floor in building.floors],
    }


def _floor_told(floor: Floor) -> dict[str, Any]:
    return {
        "level": floor.level,
        "height": floor.height,
        "outline": _spots_told(floor.outline) if floor.outline is not None else None,
        "areas": [{"area_id": a.area_id, "name": a.name, "outline": _spots_told(a.outline)} for a in floor.areas],
        "routes": [{"line": _spots_told(route.line)} for route in floor.routes],
        "devices": [_place_told(place) for place in floor.devices],
    }


def _place_told(place: DevicePlace) -> dict[str, Any]:
    cone = place.cone
    return {
        "device_id": place.device_id,
        "x": place.x,
        "y": place.y,
        "z": place.z,
        "cone": {"heading": cone.heading, "angle": cone.angle, "reach": cone.reach} if cone else None,
    }


def _spots_told(spots: Ring) -> list[list[float]]:
    return [[x, y] for x, y in spots]


def _building(told: Any) -> Building:
    floors = tuple(_floor(floor) for floor in _list(told["floors"]))
    return Building(_text(told["name"]), _spots(told["outline"]), floors, bool(told.get("is_outdoors", False)))


def _floor(told: Any) -> Floor:
    return Floor(
        _whole(told["level"]),
        _figure(told["height"]),
        _spots(told["outline"]) if told.get("outline") is not None else None,
        tuple(
            FloorArea(_text(a.get("name") or ""), _spots(a["outline"]), _whole_or_none(a.get("area_id")))
            for a in _list(told.get("areas", []))
        ),
        tuple(Route(_spots(route["line"])) for route in _list(told.get("routes", []))),
        tuple(_place(place) for place in _list(told.get("devices", []))),
    )


def _place(told: Any) -> DevicePlace:
    cone = told.get("cone")
    seen = None if cone is None else Cone(*(_figure(cone[name]) for name in ("heading", "angle", "reach")))
    return DevicePlace(_whole(told["device_id"]), _figure(told["x"]), _figure(told["y"]), _figure(told["z"]), seen)


def _list(told: Any) -> list[Any]:
    if not isinstance(told, list):
        raise NotAPlan
    return told


def _spots(told: Any) -> Ring:
    return tuple((_figure(spot[0]), _figure(spot[1])) for spot in _list(told))


def _figure(told: Any) -> float:
    """A finite number; a word that looks like one is none."""
    if isinstance(told, bool) or not isinstance(told, (int, float)) or not math.isfinite(told) or abs(told) > 1e9:
        raise NotAPlan
    return round(float(told), MILLIMETRES)


def _whole(told: Any) -> int:
    if isinstance(told, bool) or not isinstance(told, int) or abs(told) >= 2**31:
        raise NotAPlan
    return told


def _whole_or_none(told: Any) -> int | None:
    return None if told is None else _whole(told)


def _text(told: Any) -> str:
    if not isinstance(told, str) or "\0" in told:
        raise NotAPlan
    return told
