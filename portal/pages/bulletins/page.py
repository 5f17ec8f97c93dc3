"""Bulletins: drafted, checked, issued; and the snapshots that they are written from."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import dash
from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import bulletins as bulletin_commands
from db.commands import snapshots as snapshot_commands
from db.commands.acting import Acting
from db.commands.snapshots import WRITERS
from db.errors import AnwangError, InvalidInput
from db.queries import appeals, bulletins, snapshots
from portal import asking
from portal.address import FIRST_DAY, address_parts, number_of
from portal.components.layout import note, panel
from portal.components.moments import moment_field
from portal.locale import _
from portal.pages.bulletins import ids
from portal.pages.bulletins.difference import difference_panel
from portal.pages.bulletins.rows import bulletin_table, snapshot_table
from portal.words import HERE

LISTED = 60


def layout(**query: str) -> Component:
    """`show=snapshots` lists what was frozen; `snapshot` computes one of them again at once."""
    asked = number_of(query.get("snapshot"))
    opened = _again(asked) if asked is not None and may_write() else None
    return html.Div(
        [
            dcc.Store(id=ids.CHANGED),
            html.Div(
                [html.H1(_("Bulletins")), *_chips(query), *(_drafting() if may_write() else [])],
                className="page-head",
            ),
            html.Div(id=ids.SAID, role="status"),
            html.Div(shown(query), id=ids.SHOWN, className="stack"),
            dcc.Loading(html.Div(opened, id=ids.DIFFERENCE, className="stack"), type="dot"),
        ],
        className="stack",
    )


def may_write() -> bool:
    return asking.current().role in WRITERS


def acting() -> Acting:
    asker = asking.current()
    return Acting(asker.person_id, asker.name, asker.role, asker.address)


def _chips(query: dict[str, str]) -> list[Component]:
    is_frozen = query.get("show") == "snapshots"
    return [
        html.Div(
            [
                dcc.Link(_("Bulletins"), href="/bulletins", className="" if is_frozen else "here"),
                dcc.Link(_("Snapshots"), href="/bulletins?show=snapshots", className="here" if is_frozen else ""),
            ],
            className="tabs",
        )
    ]


def _drafting() -> list[Component]:
    today = datetime.now(HERE).date()
    last = today - timedelta(days=1)
    return [
        html.Div(
            [
                moment_field(
                    ids.DAY,
                    "date",
                    last.isoformat(),
                    _("As of"),
                    lowest=FIRST_DAY.isoformat(),
                    highest=today.isoformat(),
                ),
                html.Button(_("Freeze and draft"), id=ids.DRAFT, className="primary"),
            ],
            className="bulletin-drafting",
        )
    ]


def shown(query: dict[str, str]) -> list[Component]:
    now = datetime.now(UTC)
    with asking.reading() as session:
        if query.get("show") == "snapshots":
            frozen = snapshots.latest(session, LISTED)
            content = snapshot_table(frozen, now, may_write=may_write())
            return [panel(_("Snapshots"), content, aside=str(len(frozen)))]
        rows = bulletins.latest(session, LISTED)
    return [panel(_("Bulletins"), bulletin_table(rows, may_write=may_write()), aside=str(len(rows)))]


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output(ids.SAID, "children"),
        Input(ids.DRAFT, "n_clicks"),
        State(ids.DAY, "data"),
        prevent_initial_call=True,
        running=[(Output(ids.DRAFT, "disabled"), True, False)],
    )
    def draft(clicks: int | None, day: str | None) -> Any:
        return _draft(day) if clicks else (dash.no_update, dash.no_update)

    @app.callback(
        Output(ids.SHOWN, "children"),
        Input(ids.CHANGED, "data"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def look(_changed: Any, search: str | None) -> Any:
        return shown(address_parts(search))

    @app.callback(
        Output(ids.DIFFERENCE, "children"),
        Input({"type": ids.AGAIN, "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
        running=[(Output({"type": ids.AGAIN, "id": ALL}, "disabled"), True, False)],
    )
    def again(clicks: list[int | None]) -> Any:
        chosen = dash.ctx.triggered_id
        if not any(clicks) or not isinstance(chosen, dict):
            return dash.no_update
        return _again(int(chosen["id"]))


def _draft(typed: str | None) -> tuple[Any, Any]:
    """Straight to the new draft; what is refused is said beside the button."""
    try:
        with asking.reading() as session:
            row = bulletin_commands.draft(session, _day(typed), acting(), datetime.now(UTC), asking.current().home)
    except AnwangError as refusal:
        return dash.no_update, note(_(refusal.message).format(**refusal.facts), "error")
    return f"/bulletins/{row.id}", None


def _day(typed: str | None) -> date:
    try:
        day = date.fromisoformat(typed or "")
    except ValueError as error:
        raise InvalidInput("Say as of which day.") from error
    if day < FIRST_DAY:
        raise InvalidInput("The programme began in January 2024; there are no figures before.")
    return day


def _again(snapshot_id: int) -> Component:
    try:
        with asking.reading() as session:
            frozen = snapshots.one(session, snapshot_id)
            found = snapshot_commands.recompute(session, snapshot_id)
            corrections = appeals.corrections_of_day(session, frozen.as_of, frozen.made_at)
    except AnwangError as refusal:
        return note(_(refusal.message).format(**refusal.facts), "error")
    return difference_panel(frozen, found, corrections)
