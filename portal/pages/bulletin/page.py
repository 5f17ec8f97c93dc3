"""One bulletin: its text with every figure leading to its rows, and beside it what may be done."""

from datetime import UTC, date, datetime
from typing import Any

import dash
from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import bulletins as bulletin_commands
from db.errors import AnwangError, InvalidInput
from db.queries import bulletins, snapshots
from db.queries.bulletins import BulletinRow
from db.rules.bulletin import plain_text
from db.rules.bulletin_figures import UnknownReference, resolved
from portal import asking
from portal.components.layout import note
from portal.exports.bulletins import bundle
from portal.exports.bulletins.paper import Source
from portal.locale import _
from portal.pages.bulletin import ids
from portal.pages.bulletin.side import acts_panel, behind_panel, files_panel, findings_panel, state_panel
from portal.pages.bulletin.text import sheet
from portal.pages.bulletins.page import acting, may_write


def layout(bulletin_id: str, **query: str) -> Component:
    """`edit` opens a paragraph's wording, `figure` the rows behind a figure."""
    return html.Div(
        [
            html.Div(
                [html.H1(dcc.Link(_("Bulletins"), href="/bulletins")), html.Span(className="spacer")],
                className="page-head",
            ),
            html.Div(shown(int(bulletin_id), query), id=ids.BODY),
        ]
    )


def shown(bulletin_id: int, query: dict[str, str]) -> Component:
    """The copy of the reader's own region; drafts only for whoever writes them."""
    asker = asking.current()
    with asking.reading() as session:
        row = bulletins.one(session, bulletin_id)
        region = max(asker.home, row.region)
        snapshot = snapshots.one(session, row.snapshot_id)
        source = bundle.source(session, row, region)
        frozen = bulletins.frozen_text(session, row.id, region)
        behind = _behind(session, snapshot.id, query.get("figure", ""), region)
    address, may = f"/bulletins/{row.id}", may_write()
    document = row.bulletin().copy_for(region)
    if region not in source.figures.names:
        return note(_("There are no figures of your region in this bulletin."))
    said = plain_text(document, source.figures)
    side = [
        behind_panel(behind[0], source.figures, behind[1], snapshot, address) if behind else None,
        state_panel(row, snapshot, None if frozen is None else frozen == said),
        acts_panel(row) if may else None,
        findings_panel(said, _figures(source)) if may else None,
        files_panel(row, region, source.regions.get(region, "")),
    ]
    return html.Div(
        [
            dcc.Store(id=ids.SEEN, data={"id": row.id, "version": row.version}),
            sheet(source, document, address, query.get("edit", ""), may_edit=may and not row.is_issued),
            html.Aside(side, className="stack"),
        ],
        className="bulletin-page",
    )


def _figures(source: Source) -> list[Any]:
    """As the audit takes them."""
    return [
        bundle.figure_line(measure, adcode, category, count)
        for (measure, adcode, category), count in source.figures.counts.items()
    ]


def _behind(session: Any, snapshot_id: int, asked: str, region: int) -> Any:
    """The reference and its venues; None where nothing, or nothing that there is, is asked for."""
    if not asked:
        return None
    try:
        at = resolved(f"{asked}/count", region)
    except UnknownReference:
        return None
    return at, snapshots.behind(session, snapshot_id, at.measure, at.adcode, at.category)


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.TEXT, "value"),
        Output(ids.INSERT, "value"),
        Input(ids.INSERT, "value"),
        State(ids.TEXT, "value"),
        prevent_initial_call=True,
    )
    def insert(reference: str | None, written: str | None) -> Any:
        return (f"{written or ''}{reference}", None) if reference else (dash.no_update, dash.no_update)

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output(ids.SAVE_SAID, "children"),
        Input(ids.SAVE, "n_clicks"),
        State(ids.BLOCK, "data"),
        State(ids.TEXT, "value"),
        State(ids.SEEN, "data"),
        prevent_initial_call=True,
        running=[(Output(ids.SAVE, "disabled"), True, False)],
    )
    def save(clicks: int | None, block: str, written: str | None, seen: dict[str, int]) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update
        return _said(lambda: _save(seen, block, written or ""))

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output(ids.BODY, "children", allow_duplicate=True),
        Output(ids.ACT_SAID, "children"),
        Input({"type": ids.ACT, "act": ALL}, "n_clicks"),
        State(ids.SEEN, "data"),
        State(ids.ISSUED_ON, "data"),
        State(ids.REASON, "value"),
        State("address", "search"),
        prevent_initial_call=True,
        running=[(Output({"type": ids.ACT, "act": ALL}, "disabled"), True, False)],
    )
    def act(clicks: list[int | None], seen: dict[str, int], on: str | None, reason: str | None, search: str) -> Any:
        chosen = dash.ctx.triggered_id
        if not any(clicks) or not isinstance(chosen, dict):
            return dash.no_update, dash.no_update, dash.no_update
        href, said = _said(lambda: _act(chosen["act"], seen, on, reason))
        if search or href != f"/bulletins/{seen['id']}":  # the page is drawn anew where the address changes
            return href, dash.no_update, said
        return dash.no_update, shown(seen["id"], {}), dash.no_update


def _said(do: Any) -> tuple[Any, Any]:
    """Where the act leads, or why it was refused."""
    try:
        return do(), None
    except AnwangError as refusal:
        return dash.no_update, note(_(refusal.message).format(**refusal.facts), "error")


def _save(seen: dict[str, int], block: str, written: str) -> str:
    with asking.reading() as session:
        bulletin_commands.edit(session, seen["id"], seen["version"], {block: written}, acting())
    return f"/bulletins/{seen['id']}"


def _act(name: str, seen: dict[str, int], on: str | None, reason: str | None) -> str:
    """Answers the address to go to."""
    bulletin_id, version, now = seen["id"], seen["version"], datetime.now(UTC)
    with asking.reading() as session:
        row: BulletinRow | None = None
        if name == "check":
            row = bulletin_commands.check(session, bulletin_id, version, acting(), now)
        elif name == "issue":
            row = bulletin_commands.issue(session, bulletin_id, version, acting(), now, _day(on))
        elif name == "refreeze":
            row = bulletin_commands.refreeze(session, bulletin_id, version, acting(), now)
        elif name == "correct":
            row = bulletin_commands.correct(session, bulletin_id, reason or "", acting(), now)
        elif name == "discard":
            bulletin_commands.discard(session, bulletin_id, version, acting())
    return f"/bulletins/{row.id}" if row else "/bulletins"


def _day(typed: str | None) -> date:
    try:
        return date.fromisoformat(typed or "")
    except ValueError as error:
        raise InvalidInput("Say on which day it is issued.") from error
