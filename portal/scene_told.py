"""A scene as JSON: the same for the portal's view and for a link, which is told less."""

from typing import Any

from db.queries.scenes import LiveState, Scene
from db.rules.plan import elevations
from db.rules.plan_json import plan_told


def scene_told(scene: Scene, *, is_shared: bool = False) -> dict[str, Any]:
    """Plan, areas, devices and open alarms; distances in metres east and north of the venue's point."""
    drawn = scene.on_record
    told = plan_told(drawn.plan)
    for building, row in zip(drawn.plan.buildings, told["buildings"], strict=True):
        heights = elevations(building)
        for floor in row["floors"]:
            floor["elevation"] = round(heights[floor["level"]], 2)
    return {
        "venue": {"id": drawn.venue_id, "name": drawn.venue_name, "lng": drawn.lng, "lat": drawn.lat},
        "plan": {
            "source": drawn.source,
            "revision": drawn.revision,
            "changed_at": drawn.changed_at,
            "changed_by_name": None if is_shared else drawn.changed_by_name,
        },
        **told,
        "areas": [{"id": a.id, "name": a.name, "floor": a.floor, "kind": a.kind} for a in drawn.known.areas.values()],
        **live_told(scene.live, is_shared=is_shared),
    }


def live_told(live: LiveState, *, is_shared: bool = False) -> dict[str, Any]:
    """What changes while one looks. A link is not told a device's number: it opens doors elsewhere."""
    devices = [
        {
            "id": d.id,
            "code": None if is_shared else d.code,
            "kind": d.kind,
            "area_id": d.area_id,
            "state": d.state,
            "heard_at": d.heard_at,
        }
        for d in live.devices
    ]
    alarms = [
        {
            "id": a.id,
            "kind": a.kind,
            "level": a.level,
            "state": a.state,
            "raised_at": a.raised_at,
            "area_id": a.area_id,
            "device_id": a.device_id,
            "window_id": a.window_id,
        }
        for a in live.alarms
    ]
    return {"at": live.at, "revision": live.revision, "devices": devices, "alarms": alarms}
