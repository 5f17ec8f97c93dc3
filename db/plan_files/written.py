"""A plan as GeoJSON, as the import takes it back."""

from typing import Any

from db.rules.plan import Building, DevicePlace, Floor, Plan, Ring, Spot
from db.rules.plan_checks import OnRecord
from db.rules.plan_geometry import to_degrees

DIGITS = 8
"""Of a degree: a millimetre."""


def geojson(plan: Plan, known: OnRecord, origin: Spot) -> dict[str, Any]:
    """A FeatureCollection in CGCS2000."""
    features = [feature for building in plan.buildings for feature in _building(building, known, origin)]
    return {"type": "FeatureCollection", "anwang": {"datum": "CGCS2000"}, "features": features}


def _building(building: Building, known: OnRecord, origin: Spot) -> list[dict[str, Any]]:
    about = {"kind": "building", "name": building.name, "outdoors": building.is_outdoors}
    about |= {"floors": sum(floor.level > 0 for floor in building.floors) or 1}
    about |= {"basements": sum(floor.level < 0 for floor in building.floors)}
    features = [_feature("Polygon", [_ring(building.outline, origin)], about)]
    for floor in building.floors:
        features += _floor(building, floor, known, origin)
    return features


def _floor(building: Building, floor: Floor, known: OnRecord, origin: Spot) -> list[dict[str, Any]]:
    on = {"building": building.name, "level": floor.level}
    outline = [_ring(floor.outline, origin)] if floor.outline else None
    features = [_feature("Polygon", outline, {"kind": "floor", **on, "height": floor.height})]
    for area in floor.areas:
        record = known.areas.get(area.area_id) if area.area_id is not None else None
        name = record.name if record else area.name
        features.append(
            _feature(
                "Polygon",
                [_ring(area.outline, origin)],
                {"kind": "area", **on, "name": name, **({"area_id": record.id} if record else {})},
            )
        )
    for route in floor.routes:
        line = [_spot(spot, origin) for spot in route.line]
        features.append(_feature("LineString", line, {"kind": "route", **on}))
    for place in floor.devices:
        device = known.devices.get(place.device_id)
        if device is not None:
            properties = {"kind": "device", **on, "code": device.code, "z": place.z, **_cone(place)}
            features.append(_feature("Point", _spot((place.x, place.y), origin), properties))
    return features


def _cone(place: DevicePlace) -> dict[str, float]:
    if place.cone is None:
        return {}
    return {"heading": place.cone.heading, "angle": place.cone.angle, "reach": place.cone.reach}


def _feature(shape: str, coordinates: Any, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = None if coordinates is None else {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _ring(ring: Ring, origin: Spot) -> list[list[float]]:
    return [_spot(spot, origin) for spot in (*ring, ring[0])]


def _spot(spot: Spot, origin: Spot) -> list[float]:
    lng, lat = to_degrees(spot, origin)
    return [round(lng, DIGITS), round(lat, DIGITS)]
