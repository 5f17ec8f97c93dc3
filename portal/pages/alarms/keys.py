"""The desk's keys, always in sight."""

from dash import html
from dash.development.base_component import Component

from portal.locale import _
from portal.pages.alarms.forms import label
from portal.pages.alarms.offers import OFFERS


def key_help() -> Component:
    """The everyday ones in a line; all of them behind the question mark."""
    usual = (("J K", _("move")), ("Space", _("tick")), ("Enter", _("open the venue")), ("Esc", _("back")))
    every = [(offer.key, label(offer.form)) for offer in OFFERS]
    return html.Details(
        [
            html.Summary(
                [
                    *[_key(key, what) for key, what in usual],
                    *[_key(key, what) for key, what in every[:3]],
                    _key("?", _("all keys")),
                ]
            ),
            html.Div([_key(key, what) for key, what in every[3:]], className="all-keys"),
        ],
        className="key-help",
    )


def _key(key: str, what: str) -> Component:
    return html.Span([html.Kbd(key), what])
