"""Online patrol: today's round, the live picture, what to do about it; what came of it all."""

import json
from datetime import UTC, datetime

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.rules.patrol import PATROL
from portal import asking
from portal.address import address_parts
from portal.components.camera_player import for_the_script
from portal.locale import _
from portal.pages.patrol import acts, figures, ids, plans, results, today
from portal.pages.patrol.view import PATH, View


def layout(**query: str) -> Component:
    """`tab` chooses; `round` and `camera` say where one is on the round, `capture` which picture lies beside it."""
    return html.Div(
        [
            dcc.Store(id=ids.LOOKED),
            dcc.Store(id=ids.CAPTURED),
            dcc.Store(id=ids.SHOUTED),
            html.Div(_body(query), id=ids.PAGE),
        ],
        className="patrol",
        **for_the_script(asking.current().csrf_token),
        **{"data-patrol-words": json.dumps(_script_words(), ensure_ascii=False)},
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.PAGE, "children"),
        Input("address", "search"),
        State("address", "pathname"),
        prevent_initial_call=True,
    )
    def follow(search: str | None, path: str) -> list[Component]:
        return _body(address_parts(search)) if path == PATH else []

    acts.register_callbacks(app)
    plans.register_callbacks(app)


def _body(query: dict[str, str]) -> list[Component]:
    view, now = View.parse(query), datetime.now(UTC)
    if view.tab == "today" and asking.current().role not in PATROL:
        view = View("results")
    shown = {"today": today.shown, "results": results.shown, "figures": figures.shown, "plans": plans.shown}
    return [_head(view), *shown[view.tab](view, now)]


def _head(view: View) -> Component:
    names = {"today": _("Today's round"), "results": _("Results"), "figures": _("By official"), "plans": _("Plans")}
    if asking.current().role not in PATROL:
        names.pop("today")
    links = [
        dcc.Link(name, href=View(tab).href(), className="here" if tab == view.tab else "")
        for tab, name in names.items()
    ]
    return html.Div([html.H1(_("Online patrol")), html.Div(links, className="tabs")], className="page-head")


def _script_words() -> dict[str, str]:
    return {
        "captured": _("Captured."),
        "saved": _("The marks are kept; the original stays as it is."),
        "lost": _("The portal does not answer; try again."),
        "sent": _("On its way to the loudspeaker."),
        "nothing": _("Write or record what is to be called out."),
        "recording": _("Recording … {n} s"),
        "recorded": _("Recorded: {n} s"),
        "no_microphone": _("This browser gives no microphone; reload the page or allow it in the browser's settings."),
        "rectangle": _("Rectangle"),
        "arrow": _("Arrow"),
        "words": _("Words"),
        "undo": _("Undo"),
        "save": _("Keep the marks"),
        "close": _("Close"),
        "say": _("What do the words say?"),
    }
