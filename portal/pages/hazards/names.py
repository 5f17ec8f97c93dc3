"""Who is overdue, by name: venues and the people who are to act there."""

from datetime import UTC, datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import hazards as queries
from db.queries.hazards import OverdueName
from portal import asking, hazard_words, regions
from portal.components.layout import badge, note, panel
from portal.locale import _
from portal.pages.hazards.view import View

MOST = 300


def names_table(view: View) -> Component:
    """The worst first; each line leads to its hazards."""
    now = datetime.now(UTC)
    with asking.reading() as session:
        listed = queries.overdue_by_name(session, now, MOST, view.region, asking.current().scope)
    if not listed:
        return note(_("Nobody is overdue."))
    heads = (_("Venue"), _("County"), _("Responsible"), _("Telephone"), _("Overdue"), _("Longest"))
    return html.Div(
        panel(
            _("Overdue by name"),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Th(head) for head in heads])),
                        html.Tbody([_line(each, now) for each in listed]),
                    ],
                    className="names",
                ),
                className="names-scroll",
            ),
            aside=_("the first {n}").format(n=MOST) if len(listed) == MOST else None,
        ),
        className="names-box",
    )


def _line(each: OverdueName, now: datetime) -> Component:
    major = badge(_("{n} major").format(n=each.major), "major") if each.major else None
    return html.Tr(
        [
            html.Td(dcc.Link(each.venue_name, href=f"/hazards?show=overdue&venue={each.venue_id}")),
            html.Td(regions.named(each.county_name)),
            html.Td(each.responsible or _("the county bureau")),
            html.Td(html.A(each.phone, href=f"tel:{each.phone}") if each.phone else "–"),
            html.Td([f"{each.n:,} ", major], className="number"),
            html.Td(hazard_words.span(now - each.since), className="number"),
        ]
    )
