"""The form: venue, area, and for a device that is new what it is."""

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.binding import VenueChoice
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.device_recognition import NumberKind
from db.rules.device_words import device_kind
from portal import words
from portal.components.layout import panel
from portal.components.venue_field import venue_field
from portal.locale import _
from portal.pages.bind import ids
from portal.pages.bind.found import Found

LONGEST_CODE = 64


def form(found: Found, venue: VenueChoice | None, *, is_fixed: bool) -> Component:
    """Everything that confirming needs; `is_fixed` where the person has one venue alone."""
    chosen = [] if venue is None else [{"value": venue.id, "label": f"{venue.name} · {venue.county_name}"}]
    return html.Div(
        [
            panel(
                _("Where it hangs"),
                _field(
                    _("Venue"),
                    venue_field(
                        ids.VENUE,
                        options=chosen,
                        value=venue.id if venue else None,
                        disabled=is_fixed,
                        clearable=False,
                    ),
                ),
                html.Div(areas(found, venue), id=ids.AREAS),
            ),
            panel(_("What it is"), *_what(found)) if found.device is None else html.Div(_unasked(), hidden=True),
            html.Button(_("Bind it here"), id=ids.CONFIRM, className="primary wide", n_clicks=0),
        ],
        id=ids.FORM,
        className="stack",
    )


def areas(found: Found, venue: VenueChoice | None) -> list[Component]:
    """The venue's areas to choose from, and a new one."""
    if venue is None:
        return [html.P(_("Choose the venue first."), className="quiet"), _new_area(is_hidden=True), _choice([], None)]
    hung = found.device
    here = hung.area_id if hung is not None and hung.venue_id == venue.id else None
    options = [
        {"value": area.id, "label": f"{area.floor}F {area.name} · {_count(area.devices)}"} for area in venue.areas
    ]
    options += [{"value": ids.NEW_AREA, "label": _("A new area")}, {"value": ids.NO_AREA, "label": _("No area")}]
    return [_field(_("Floor and area"), _choice(options, here)), _new_area(is_hidden=True)]


def _count(devices: int) -> str:
    return _("{n} devices").format(n=devices)


def _choice(options: list[dict[str, object]], value: int | None) -> Component:
    return dcc.RadioItems(id=ids.AREA, options=options, value=value, className="bind-areas")


def _new_area(*, is_hidden: bool) -> Component:
    return html.Div(
        [
            _field(_("Floor"), dcc.Input(id=ids.FLOOR, type="text", value="1", maxLength=8, inputMode="numeric")),
            _field(
                _("Area"),
                dcc.Input(id=ids.AREA_NAME, type="text", maxLength=60, placeholder=_("like 3rd floor corridor")),
            ),
            _field(
                _("Kind of area"), dcc.RadioItems(id=ids.AREA_KIND, options=_kinds_of_area(), className="bind-kinds")
            ),
        ],
        id="bind-new-area",
        className="bind-new",
        hidden=is_hidden,
    )


def _kinds_of_area() -> list[dict[str, str]]:
    return [{"value": kind.value, "label": words.area_kind(kind)} for kind in AreaKind]


def _what(found: Found) -> list[Component]:
    facts = found.awaiting.facts if found.awaiting else {}
    told = (device_kind(str(facts.get(name, ""))) for name in ("categoryName", "name"))
    kind = next((each for each in told if each is not None), None)
    is_imei = found.number.kind is NumberKind.IMEI
    return [
        _field(
            _("Kind"),
            dcc.RadioItems(
                id=ids.KIND,
                options=[{"value": each.value, "label": words.device_kind(each)} for each in DeviceKind],
                value=kind.value if kind else None,
                className="bind-kinds",
            ),
        ),
        _field(_("Model"), dcc.Input(id=ids.MODEL, type="text", maxLength=60, value=str(facts.get("name", ""))[:60])),
        html.Div(
            _field(
                _("Platform of its SIM card"),
                dcc.RadioItems(
                    id=ids.PLATFORM,
                    options=[
                        {"value": "ctwing", "label": _("CTWing (China Telecom)")},
                        {"value": "onenet", "label": _("OneNET (China Mobile)")},
                    ],
                    className="bind-kinds",
                ),
            ),
            hidden=not is_imei,
        ),
        _field(
            _("Number on the books"),
            dcc.Input(id=ids.CODE, type="text", maxLength=LONGEST_CODE, value=found.number.text[:LONGEST_CODE]),
            _("Leave it as it is, or give the number of a device of this venue that is on the books already."),
        ),
    ]


def _unasked() -> list[Component]:
    """A device on the books is what it is: the fields stand there empty."""
    return [
        *(dcc.Input(id=each, value="") for each in (ids.KIND, ids.MODEL, ids.PLATFORM, ids.CODE)),
    ]


def _field(name: str, field: Component, hint: str = "") -> Component:
    return html.Div(
        [html.Span(name, className="field-name"), field, html.Small(hint, className="quiet") if hint else None],
        className="field",
    )
