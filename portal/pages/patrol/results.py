"""What patrols have come to: captures with the hazards that came of them, shouts, rounds."""

from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import patrol as rounds
from db.queries import patrol_captures as captures
from db.queries import shouts
from db.queries.patrol import RoundRow
from db.queries.patrol_captures import CaptureFilters, CaptureRow
from portal import asking, hazard_words, words
from portal.components.layout import badge, note, panel
from portal.locale import _
from portal.pages.patrol.shouting import history
from portal.pages.patrol.view import View

CAPTURES, SHOUTS, ROUNDS = 60, 30, 30


def shown(view: View, now: datetime) -> list[Component]:
    home = asking.current().home
    with asking.reading() as session:
        kept = captures.newest(session, CaptureFilters(home, view.show), CAPTURES)
        said = shouts.newest(session, home, SHOUTS)
        walked = rounds.newest_rounds(session, home, ROUNDS)
    names = {"all": _("All captures"), "filed": _("With a hazard"), "open": _("Hazard open"), "closed": _("Closed")}
    chips = [
        dcc.Link(name, href=View("results", show=show).href(), className="chip here" if show == view.show else "chip")
        for show, name in names.items()
    ]
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.Div(chips, className="chips"),
                        cards(kept, now),
                    ],
                    className="patrol-kept",
                ),
                html.Div(
                    [
                        panel(_("Rounds"), _walked(walked)),
                        panel(
                            _("Shouts"),
                            *(history(said, now) or [html.P(_("Nothing was called out here."), className="quiet")]),
                        ),
                    ],
                    className="stack",
                ),
            ],
            className="patrol-results",
        )
    ]


def cards(kept: Sequence[CaptureRow], now: datetime) -> Component:
    """Captures with what became of each."""
    if not kept:
        return note(_("No picture has been kept on patrol here."))
    return html.Div([_card(row, now) for row in kept], className="patrol-cards")


def _card(row: CaptureRow, now: datetime) -> Component:
    address = f"/api/v1/patrol/captures/{row.id}"
    marked = "marked=1" if row.marked_at else "marked=0"
    if row.hazard_id is None:
        became = html.Span(_("no hazard"), className="quiet")
    else:
        late = row.hazard_act_by is not None and row.hazard_act_by < now
        state = hazard_words.state(row.hazard_state) if row.hazard_state else ""
        became = dcc.Link(
            [badge(state, "good" if row.hazard_state == "closed" else "alarmed" if late else ""), f" #{row.hazard_id}"],
            href=f"/hazards?hazard={row.hazard_id}",
        )
    return html.Figure(
        [
            html.A(
                html.Img(src=f"{address}?{marked}&small=1", alt=row.venue_name),
                href=f"{address}?{marked}",
                target="_blank",
            ),
            html.Figcaption(
                [
                    dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}"),
                    html.Small(f"{row.area_name or row.code} · {words.moment(row.taken_at, now)}", className="quiet"),
                    html.Small(f"{row.person_name} · {words.role(row.role)}", className="quiet"),
                    became,
                ]
            ),
        ]
    )


def _walked(found: Sequence[RoundRow]) -> Component:
    if not found:
        return html.P(_("Nobody has been on patrol here."), className="quiet")
    heads = (_("Day"), _("Official"), _("Venues"), _("Not playable"), _("Skipped"))
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head) for head in heads])),
                html.Tbody(
                    [
                        html.Tr(
                            [
                                html.Td(f"{row.day:%m-%d}"),
                                html.Td(row.person_name, title=row.plan_name or ""),
                                html.Td(
                                    [f"{row.ended}/{row.stops} ", badge(_("done"), "good") if row.is_done else None],
                                    className="number",
                                ),
                                html.Td(str(row.unplayable), className="number"),
                                html.Td(str(row.skipped), className="number"),
                            ]
                        )
                        for row in found
                    ]
                ),
            ],
            className="patrol-table",
        ),
        className="wide-table",
    )
