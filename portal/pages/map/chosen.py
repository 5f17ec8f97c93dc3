"""The venues within a shape that was drawn on the map."""

from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import map_selection
from db.queries.map_selection import SelectedVenue
from db.rules.map_shapes import Circle
from portal import asking, words
from portal.components.layout import badge, icon, note
from portal.components.layout import panel as card
from portal.locale import _
from portal.pages.map.view import Address

LISTED = 60


def card_of(address: Address, today: date) -> list[Component]:
    """A card with what is theirs and who they are; nothing where nothing was drawn."""
    shape = address.shape
    if shape is None:
        return []
    with asking.reading() as session:
        found = map_selection.select(session, shape, address.as_of, address.category, LISTED)
    title = (
        _("Within {km} km").format(km=f"{shape.metres / 1000:.2f}")
        if isinstance(shape, Circle)
        else _("Within the line")
    )
    query = f"as_of={address.as_of.isoformat()}" + (
        f"&near={address.near}" if address.near else f"&lasso={address.lasso}"
    )
    if address.category != "all":
        query += f"&category={address.category}"
    tools = html.Span(
        [
            html.A(
                [icon("download"), "CSV"], href=f"/api/v1/map/selection.csv?{query}", className="plain", download=""
            ),
            html.A(
                [icon("download"), "Excel"], href=f"/api/v1/map/selection.xlsx?{query}", className="plain", download=""
            ),
            dcc.Link(_("Clear"), href=address.query(today, near="", lasso="")),
        ],
        className="chosen-tools",
    )
    told = _("{venues} venues · {accessed} accessed · {on_duty} on duty · {students} students").format(
        venues=words.count(found.venues),
        accessed=words.count(found.accessed),
        on_duty=words.count(found.on_duty),
        students=words.count(found.students),
    )
    rows = [_row(venue) for venue in found.rows]
    if found.venues > len(rows):
        rows.append(html.Li(_("and {n} more").format(n=words.count(found.venues - len(rows))), className="quiet"))
    body = html.Ul(rows, className="venues chosen-list") if rows else note(_("No venue of yours lies within it."))
    return [card(title, html.P(told, className="chosen-told"), body, aside=tools, kind="chosen")]


def _row(venue: SelectedVenue) -> Component:
    marks = [
        badge(_("Not accessed"), "major") if not venue.accessed else None,
        badge(_("No duty"), "minor") if not venue.on_duty else None,
        badge(_("{n} alarms").format(n=venue.open_alarms), "critical") if venue.open_alarms else None,
        badge(_("{n} hazards").format(n=venue.open_hazards), "minor") if venue.open_hazards else None,
    ]
    return html.Li(
        [
            dcc.Link(venue.name, href=f"/venues/{venue.id}"),
            html.Span([m for m in marks if m is not None], className="marks"),
        ]
    )
