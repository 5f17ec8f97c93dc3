"""What the wall's map goes through: its playlist, scene by scene."""

from collections import Counter
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from db.queries.coverage import CoverageRow
from db.queries.regions import RegionRow
from db.rules.access_scope import region_range
from db.rules.coverage import percent
from db.rules.wall_playlist import USUAL, Scene, SceneKind
from portal import region_tiles, regions, words
from portal.figures import palette
from portal.locale import _
from portal.pages.wall import said
from portal.pages.wall.figures import WallFigures

HOUR = timedelta(hours=1)


def wall_data(figures: WallFigures) -> dict[str, Any]:
    """Scenes, open alarms and words for `wall.js`."""
    return {
        "at": figures.now.isoformat(),
        "base": {
            "wall": True,
            "regions": region_tiles.source(),
            "tiles": f"/tiles/venues/{{z}}/{{x}}/{{y}}.mvt?as_of={figures.today.isoformat()}",
            "labelSize": 20,
        },
        "scenes": _scenes(figures),
        "alarms": [plain(alarm) for alarm in figures.alarms],
        "words": said.words_for_wall(),
    }


def plain(card: Any) -> dict[str, Any]:
    """A row as the page takes it."""
    told = {field.name: getattr(card, field.name) for field in fields(card)}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}


def _scenes(figures: WallFigures) -> list[dict[str, Any]]:
    """The playlist's scenes; where none of them can be shown, the usual first."""
    made = [made for scene in figures.playlist.played if (made := _scene(figures, scene)) is not None]
    return made or [_map_scene(figures, figures.home, "access", USUAL[0].seconds)]


def _scene(figures: WallFigures, scene: Scene) -> dict[str, Any] | None:
    match scene.kind:
        case SceneKind.ACCESS | SceneKind.DUTY:
            return _map_scene(figures, figures.home, scene.kind.value, scene.seconds)
        case SceneKind.BEHIND:
            behind = _furthest_behind(figures)
            if behind is None:
                return None
            return _map_scene(figures, behind, "access", scene.seconds, _("Furthest behind"))
        case SceneKind.HOUR:
            return _hour_scene(figures, scene.seconds)
        case SceneKind.REGION:
            area = regions.tree().by_adcode.get(scene.area or 0)
            return None if area is None else _map_scene(figures, area, "access", scene.seconds)


def _furthest_behind(figures: WallFigures) -> RegionRow | None:
    rated = [
        (row.access_pct, child)
        for child in regions.tree().children(figures.home.adcode)
        if (row := figures.row(child.adcode)) and row.access_pct is not None
    ]
    return min(rated, key=lambda pair: pair[0] or 0)[1] if rated else None


def _hour_scene(figures: WallFigures, seconds: int) -> dict[str, Any]:
    """The last hour's alarms appear one after another, as they came."""
    raised = sorted(figures.last_hour, key=lambda alarm: alarm.raised_at)
    by_level = Counter(alarm.level for alarm in raised)
    counted = " · ".join(f"{words.level_colour(level)} {words.count(by_level[level])}" for level in sorted(by_level))
    made = _map_scene(figures, figures.home, "access", seconds)
    return made | {
        "title": _("The last hour · {n} alarms").format(n=words.count(len(raised))),
        "subtitle": counted or _("No alarm was raised."),
        "hour": {
            "since": (figures.now - HOUR).isoformat(),
            "until": figures.now.isoformat(),
            "alarms": [plain(alarm) for alarm in raised],
        },
    }


def _map_scene(figures: WallFigures, area: RegionRow, measure: str, seconds: int, remark: str = "") -> dict[str, Any]:
    rates = {row.adcode: _rate(row, measure) for row in figures.history.rows if row.category == "all"}
    tree = regions.tree()
    lo, hi = region_range(area.adcode)
    counties = tree.level("county")
    bounds = palette.rate_bounds([r for c in counties if (r := rates.get(c.adcode)) is not None])
    name = _("Access rate") if measure == "access" else _("Duty coverage")
    labelled = tree.children(area.adcode) or [area]
    return {
        "seconds": seconds,
        "title": f"{regions.name(area)} · {name} {words.pct(rates.get(area.adcode))}",
        "subtitle": remark or (_("by county; figures by city") if area.level == "province" else ""),
        "measure": name,
        "low": f"{bounds[0]:.0f}%",
        "high": f"{bounds[1]:.0f}%",
        "view": {
            "area": area.adcode,
            "level": area.level,
            "bounds": [area.west, area.south, area.east, area.north],
            "measure": "accessed" if measure == "access" else "on_duty",
            "areas": {
                c.adcode: {
                    "name": c.name,
                    "text": "",
                    "inside": lo <= c.adcode <= hi,
                    "colour": palette.colour(rates.get(c.adcode), bounds),
                }
                for c in counties
            },
            "labels": [
                {"lng": r.lng, "lat": r.lat, "name": regions.short_name(r), "text": words.pct(rates.get(r.adcode))}
                for r in labelled
            ],
        },
    }


def _rate(row: CoverageRow, measure: str) -> float | None:
    return percent(row.accessed if measure == "access" else row.on_duty, row.venues)
