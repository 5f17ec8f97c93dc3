"""Choices that are links, so that every view has an address."""

from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from portal.locale import _

Choice = tuple[str, str, bool]
"""Words, address, and whether it is the present one."""


def menu_of(title: str, choices: list[Choice]) -> Component:
    """A drop-down menu of links."""
    return html.Details(
        [
            html.Summary(title),
            html.Div(
                [dcc.Link(text, href=href, className="here" if here else "") for text, href, here in choices],
                className="menu-card",
            ),
        ],
        className="pick",
    )


def as_of_picker(as_of: date, today: date, choices: list[Choice], address_of_day: str) -> Component:
    """The as-of date: usual days as links, and any other day by a date field that goes to `address_of_day`.

    `address_of_day` holds DAY where the chosen date belongs.
    """
    return html.Details(
        [
            html.Summary(_("As of {day}").format(day=as_of.isoformat())),
            html.Div(
                [
                    *[dcc.Link(text, href=href, className="here" if here else "") for text, href, here in choices],
                    html.Label(
                        [
                            html.Span(_("Another day")),
                            html.Span(
                                className="date-field",
                                **{
                                    "data-value": as_of.isoformat(),
                                    "data-max": today.isoformat(),
                                    "data-href": address_of_day,
                                },
                            ),
                        ],
                        className="date-choice",
                    ),
                ],
                className="menu-card",
            ),
        ],
        className="pick",
    )
