"""Announcing a window."""

from datetime import datetime, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.windows import Place
from db.rules.device_kinds import DeviceKind
from db.rules.windows import COVERABLE, FURTHEST_AHEAD, LONGEST, USUAL, WindowKind
from portal import words
from portal.components.layout import panel
from portal.components.moments import field, moment_field
from portal.locale import _
from portal.pages.windows import ids
from portal.pages.windows.rows import kind_name
from portal.words import HERE

STEP = timedelta(minutes=5)
LENGTHS = (0.5, 1, 2, 3, 4, 6, 8, 12)


def form(places: list[Place], now: datetime) -> Component:
    """Everything that is announced; `places` is empty where venues are found by searching."""
    here = now.astimezone(HERE)
    first = here + STEP - timedelta(minutes=here.minute % 5, seconds=here.second)
    return panel(
        _("Announce a drill or maintenance"),
        html.Div(
            [
                field(
                    _("What"),
                    dcc.RadioItems(
                        id=ids.KIND,
                        options=[{"value": kind.value, "label": kind_name(kind)} for kind in WindowKind],
                        value=WindowKind.DRILL.value,
                        inline=True,
                    ),
                ),
                field(
                    _("Venues"),
                    dcc.Dropdown(
                        id=ids.VENUES,
                        options=venue_options(places),
                        value=[places[0].id] if len(places) == 1 else [],
                        multi=True,
                        placeholder=_("Find venues"),
                        labels={"no_options_found": _("No such venue"), "search": _("Name, initials or address")},
                    ),
                ),
                field(
                    _("Area"),
                    dcc.Dropdown(
                        id=ids.AREA, options=[], placeholder=_("the whole venue"), clearable=True, searchable=False
                    ),
                ),
                field(
                    _("Devices that are covered; all others stay live"),
                    dcc.Checklist(
                        id=ids.DEVICES,
                        options=device_options(WindowKind.DRILL),
                        value=usual(WindowKind.DRILL),
                        className="window-devices",
                    ),
                ),
                moment_field(
                    ids.STARTS,
                    "datetime-local",
                    f"{first:%Y-%m-%dT%H:%M}",
                    _("Begins"),
                    lowest=f"{here:%Y-%m-%dT%H:%M}",
                    highest=f"{here + FURTHEST_AHEAD:%Y-%m-%dT%H:%M}",
                ),
                field(
                    _("Lasts"),
                    dcc.Dropdown(
                        id=ids.HOURS,
                        options=length_options(WindowKind.DRILL),
                        value=1,
                        clearable=False,
                        searchable=False,
                    ),
                ),
                field(
                    _("Why"),
                    dcc.Input(
                        id=ids.REASON,
                        placeholder=_("like: evacuation drill of the autumn term"),
                        maxLength=200,
                        className="wide",
                    ),
                ),
                html.Button(_("Announce"), id=ids.ANNOUNCE, className="primary wide"),
                html.Div(id=ids.SAID, role="status"),
                html.P(
                    _(
                        "The venue, its maintainer and the county are told. It ends by itself; what is open then rings anew."
                    ),
                    className="quiet",
                ),
            ],
            className="form",
        ),
    )


def venue_options(places: list[Place]) -> list[dict[str, object]]:
    return [{"value": place.id, "label": place.name} for place in places]


def device_options(kind: WindowKind) -> list[dict[str, object]]:
    return [
        {"value": each.value, "label": words.device_kind(each.value)} for each in DeviceKind if each in COVERABLE[kind]
    ]


def usual(kind: WindowKind) -> list[str]:
    return [each.value for each in USUAL[kind]]


def length_options(kind: WindowKind) -> list[dict[str, object]]:
    longest = LONGEST[kind].total_seconds() / 3600
    return [{"value": n, "label": _("{n} h").format(n=f"{n:g}")} for n in LENGTHS if n <= longest]
