"""What the map answers to a question: what is drawn, a legend, and the list beside it with a plain sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import spatial
from db.queries.spatial import PlacedVenue, Reach
from db.rules.access_scope import Role
from db.rules.station_reach import DETOUR, ENGINES, MINUTES, SPEED_KMH, StationKind, straight_reach_m
from geodata.coordinates import Datum
from geodata.distance import circle
from portal import asking, regions, words
from portal.components.layout import badge, figure, icon, note
from portal.components.layout import panel as card
from portal.figures import palette
from portal.locale import _
from portal.pages.map import gathering, ids
from portal.pages.map.view import Address

MAY_UPLOAD = frozenset({Role.PROVINCE, Role.ADMINISTRATOR})
LISTED = 40
DRAWN = 3000
BLIND, FAR, STATION = "#c2362b", "#c2362b", "#1d56b3"


@dataclass(frozen=True, slots=True)
class Answer:
    """`overlay`: what the map draws; `legend`: its keys; `side`: sentences and the list."""

    overlay: dict[str, Any]
    legend: list[Component]
    side: list[Component] = field(default_factory=list)


def answer(address: Address) -> Answer:
    """To the address's question, within the asker's scope."""
    return {
        "smoke": _smoke,
        "stations": _stations,
        "density": _density,
        "hot": _hot_counties,
        "hot-cells": _hot_cells,
    }[address.ask](address)


def point(venue: PlacedVenue, colour: str, text: str) -> dict[str, Any]:
    return feature(
        {"type": "Point", "coordinates": [round(venue.lng, 6), round(venue.lat, 6)]},
        shape="point",
        id=venue.id,
        name=venue.name,
        text=text,
        colour=colour,
    )


def feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def told(words: str) -> Component:
    """A plain sentence on what the answer means."""
    return html.P(words, className="told")


def key(colour: str, text: str, kind: str = "dot") -> Component:
    return html.Span([html.I(className=f"ask-key {kind}", style={"--tone": colour}), text], className="ask-legend")


def _smoke(address: Address) -> Answer:
    with asking.reading() as session:
        found = spatial.without_working_smoke(session, address.area, address.narrowed)
        all_of_them = len(spatial.venue_places(session, address.area, address.narrowed).county)
    hung = sum(venue.figure > 0 for venue in found)
    side = [
        html.Div(
            [
                figure(_("Without a working one"), words.count(len(found)), kind="alarmed" if found else ""),
                figure(_("of venues in scope"), words.count(all_of_them)),
                figure(_("None hung at all"), words.count(len(found) - hung)),
                figure(_("Hung, none works"), words.count(hung)),
            ],
            className="figures",
        ),
        told(
            _(
                "A smoke detector works while it is heard within its expected period and reports no fault. As of"
                " now, whatever day the map shows."
            )
        ),
        _listed(address, found, lambda v: _("{n} hung").format(n=int(v.figure)) if v.figure else _("none hung")),
    ]
    points = [point(venue, BLIND, _("no working smoke detector")) for venue in found[:DRAWN]]
    return Answer({"features": points, "areas": {}}, [key(BLIND, _("No working smoke detector"))], side)


def station_kind(kind: str) -> str:
    return {
        StationKind.PROFESSIONAL: _("National fire and rescue"),
        StationKind.GOVERNMENT: _("Government full-time"),
        StationKind.ENTERPRISE: _("Enterprise full-time"),
        StationKind.VOLUNTEER: _("Volunteers"),
        StationKind.MICRO: _("Micro station"),
    }[StationKind(kind)]


def _stations(address: Address) -> Answer:
    reach_m = straight_reach_m()
    with asking.reading() as session:
        found = spatial.reach(session, address.area, address.narrowed, ENGINES, reach_m)
        others = spatial.stations(session, [k for k in StationKind if k not in ENGINES])
    rings = [
        feature({"type": "Polygon", "coordinates": [circle(s.lng, s.lat, reach_m)]}, shape="ring", colour=STATION)
        for s in found.stations
    ]
    posts = [
        feature(
            {"type": "Point", "coordinates": [s.lng, s.lat]},
            shape="station",
            name=s.name,
            text=" · ".join(filter(None, (station_kind(s.kind), s.phone, _("demonstration") if s.is_demo else ""))),
            colour=STATION if s in found.stations else "#7a8aa3",
        )
        for s in (*others, *found.stations)
    ]
    points = [point(v, FAR, _km(v.figure) + " · " + v.about) for v in found.beyond[:DRAWN]]
    legend = [
        key(STATION, _("Fire station"), "square"),
        key(STATION, _("{n} minutes").format(n=f"{MINUTES:.0f}"), "ring"),
        key(FAR, _("Venue beyond")),
    ]
    return Answer({"features": [*rings, *points, *posts], "areas": {}}, legend, _reach_words(address, found, reach_m))


def _km(metres: float) -> str:
    return f"{metres / 1000:.1f} km"


def _reach_words(address: Address, found: Reach, reach_m: float) -> list[Component]:
    if not found.stations:
        lacking = _("No fire station is on record. An administrator takes them over: anwang import stations FILE.")
        return [note(lacking), *_upload()]
    estimate = _(
        "Within: {minutes} minutes' drive at {speed} km/h, the road taken as {detour} times the straight"
        " line, which leaves {km}. An estimate: it knows no roads, no traffic and no turnout time."
    ).format(minutes=f"{MINUTES:.0f}", speed=f"{SPEED_KMH:.0f}", detour=DETOUR, km=_km(reach_m))
    demo = [badge(_("Demonstration stations"), "demo")] if any(s.is_demo for s in found.stations) else []
    return [
        html.Div(
            [
                figure(
                    _("Within reach"),
                    words.count(found.reached),
                    detail=_("of {n}").format(n=words.count(found.venues)),
                ),
                figure(_("Beyond"), words.count(len(found.beyond)), kind="alarmed" if found.beyond else ""),
                figure(_("Stations"), words.count(len(found.stations)), detail=demo or None),
                figure(_("Half are nearer than"), _km(found.median_m) if found.median_m is not None else "–"),
            ],
            className="figures",
        ),
        told(estimate),
        *_upload(),
        _listed(address, found.beyond, lambda v: f"{_km(v.figure)} · {v.about}"),
    ]


def _upload() -> list[Component]:
    """Taking over a list, for who may."""
    if asking.current().role not in MAY_UPLOAD:
        return []
    datums = dcc.RadioItems(
        id=ids.STATIONS_DATUM,
        options=[{"label": each.value, "value": each.value} for each in Datum],
        value=Datum.CGCS2000.value,
        className="datums",
    )
    field = dcc.Upload(
        html.Span(_("Take over a list of stations (.xlsx)"), className="button quiet-button"),
        id=ids.STATIONS_FILE,
        accept=".xlsx",
        max_size=3 * 1024 * 1024,
    )
    said = html.Div(id=ids.STATIONS_SAID, role="status")
    row = html.Div([html.Span(_("Datum of rows that name none"), className="quiet"), datums], className="datum-row")
    return [html.Div([field, row, said], className="stations-upload")]


def _listed(address: Address, found: Sequence[PlacedVenue], about: Any) -> Component:
    query = f"region={address.area}" + ("" if address.category == "all" else f"&category={address.category}")
    rows = [
        html.Li(
            [
                dcc.Link(v.name, href=f"/venues/{v.id}"),
                html.Span(f"{regions.named(v.county_name)} · {about(v)}", className="quiet"),
            ]
        )
        for v in found[:LISTED]
    ]
    if len(found) > LISTED:
        rows.append(html.Li(_("and {n} more").format(n=words.count(len(found) - LISTED)), className="quiet"))
    download = html.A(
        [icon("download"), "CSV"], href=f"/api/v1/map/answers/{address.ask}.csv?{query}", className="plain", download=""
    )
    if not rows:
        return card(_("List"), note(_("None here.")))
    return card(_("List"), html.Ul(rows, className="venues two-lines"), aside=download)


def _until(address: Address) -> datetime:
    return datetime.combine(address.as_of + timedelta(days=1), time(), words.HERE)


def _density(address: Address) -> Answer:
    area = regions.tree().one(address.area)
    made = gathering.density_of(address, area, _until(address))
    if made is None:
        return Answer(
            {"features": [], "areas": {}}, [], [note(_("No alarm within {n} days here.").format(n=gathering.DAYS))]
        )
    cells = [
        feature(
            {"type": "Polygon", "coordinates": [c.ring]}, shape="fill", colour=c.colour, opacity=c.opacity, text=c.text
        )
        for c in made.cells
    ]
    legend = [
        html.Span(_("Alarms per km² in {n} days").format(n=gathering.DAYS), className="legend-name"),
        html.Span("0"),
        html.Span([html.I(style={"background": c}) for c in gathering.HEAT], className="ramp"),
        html.Span(f"{made.most:.2f}"),
    ]
    said = _(
        "{n} alarms of the {days} days to {day}, each spread over {km} around where it was raised "
        "(quartic kernel). Dense is where many venues are, too: for more than that brings, ask for hot "
        "spots."
    ).format(n=words.count(made.alarms), days=gathering.DAYS, day=address.as_of.isoformat(), km=_km(made.bandwidth_m))
    return Answer({"features": cells, "areas": {}}, legend, [told(said)])


def _hot_counties(address: Address) -> Answer:
    found = gathering.hot_counties(address, _until(address))
    painted = {
        int(place.key): {"colour": gathering.SIGNS.get(place.sign), "text": gathering.place_text(place)}
        for place in found.places
    }
    return Answer({"features": [], "areas": painted}, _hot_legend(), _hot_words(found))


def _hot_cells(address: Address) -> Answer:
    found = gathering.hot_cells(address, _until(address))
    cells = [
        feature(
            {"type": "Polygon", "coordinates": [gathering.ring_of(place.key)]},
            shape="fill",
            colour=gathering.SIGNS.get(place.sign) or palette.NOTHING,
            opacity=0.75 if place.sign else 0.28,
            text=gathering.place_text(place),
        )
        for place in found.places
    ]
    return Answer({"features": cells, "areas": {}}, _hot_legend(), _hot_words(found))


def _hot_legend() -> list[Component]:
    return [
        html.Span(_("Alarms per 100 venues"), className="legend-name"),
        key(gathering.SIGNS[1], _("Hot: more than chance"), "square"),
        key(palette.NOTHING, _("May be chance"), "square"),
        key(gathering.SIGNS[-1], _("Cold: fewer than chance"), "square"),
    ]


def _hot_words(found: gathering.Gathering) -> list[Component]:
    rows = [
        html.Li([html.Strong(place.name), html.Span(gathering.place_text(place), className="quiet")])
        for place in sorted(found.places, key=lambda p: -p.z)
        if place.sign == 1
    ]
    return [
        html.P(gathering.sentence(found), className="told strong"),
        told(gathering.doubt()),
        card(
            _("Hot spots"),
            html.Ul(rows[:LISTED], className="venues two-lines") if rows else note(_("None here.")),
            aside=str(len(rows)),
        ),
    ]
