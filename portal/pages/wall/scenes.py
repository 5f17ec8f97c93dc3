"""What the wall's map goes through: the province, its duty, the city furthest behind."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from db.queries.coverage import CoverageRow
from db.queries.regions import RegionRow
from db.rules.access_scope import region_range
from db.rules.alarm_kinds import AlarmKind, AlarmState, Level
from db.rules.coverage import percent
from db.rules.signal_kinds import SIGNALS
from portal import regions, words
from portal.figures import palette
from portal.locale import _
from portal.pages.wall.figures import WallFigures


def wall_data(figures: WallFigures) -> dict[str, Any]:
    """Scenes, open alarms and words for `wall.js`."""
    return {
        "at": figures.now.isoformat(),
        "base": {
            "wall": True,
            "tiles": f"/tiles/venues/{{z}}/{{x}}/{{y}}.mvt?as_of={figures.today.isoformat()}",
            "padding": 34,
            "labelSize": 20,
        },
        "scenes": _scenes(figures),
        "alarms": [_plain(alarm) for alarm in figures.alarms],
        "words": _words(),
    }


def _plain(card: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(card).items()}


def _scenes(figures: WallFigures) -> list[dict[str, Any]]:
    scenes = [_scene(figures, figures.home, "access"), _scene(figures, figures.home, "duty")]
    behind = _furthest_behind(figures)
    if behind is not None:
        scenes.append(_scene(figures, behind, "access", _("Furthest behind")))
    return scenes


def _furthest_behind(figures: WallFigures) -> RegionRow | None:
    children = regions.tree().children(figures.home.adcode)
    rated = [
        (row.access_pct, child)
        for child in children
        if (row := figures.row(child.adcode)) and row.access_pct is not None
    ]
    if figures.home.level != "province" or not rated:
        return None
    return min(rated, key=lambda pair: pair[0] or 0)[1]


def _scene(figures: WallFigures, area: RegionRow, measure: str, remark: str = "") -> dict[str, Any]:
    rates = {row.adcode: _rate(row, measure) for row in figures.history.rows if row.category == "all"}
    tree = regions.tree()
    lo, hi = region_range(area.adcode)
    counties = tree.level("county")
    bounds = palette.rate_bounds([r for c in counties if (r := rates.get(c.adcode)) is not None])
    name = _("Access rate") if measure == "access" else _("Duty coverage")
    labelled = tree.children(area.adcode) or [area]
    return {
        "title": f"{regions.name(area)} · {name} {words.pct(rates.get(area.adcode))}",
        "subtitle": remark or _("by county; figures by city") if area.level == "province" else remark,
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


def _words() -> dict[str, Any]:
    return {
        "kinds": {kind.value: words.alarm_kind(kind) for kind in AlarmKind},
        "levels": ["", *[words.level_colour(level) for level in Level]],
        "states": {state.value: words.alarm_state(state) for state in AlarmState},
        "signals": {row.kind.value: words.signal(row.kind) for row in SIGNALS},
        "units": {row.kind.value: row.unit for row in SIGNALS},
        "window": _("Drill or maintenance"),
        "calm": _("No alarm is open."),
        "fact": {
            "reading": _("Reading"),
            "device": _("Device"),
            "state": _("State"),
            "first": _("First signal"),
            "others": _("Other critical alarms"),
        },
    }
