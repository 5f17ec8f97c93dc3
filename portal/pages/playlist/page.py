"""What this region's walls go through: order, length, and which scenes are on."""

from datetime import UTC, datetime
from typing import Any

import dash
from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import wall_playlists as commands
from db.errors import AnwangError
from db.queries import wall_playlists
from db.queries.wall_playlists import Playlist
from db.rules.wall_playlist import LONGEST_SECONDS, SHORTEST_SECONDS, SceneKind
from portal import asking, regions, words
from portal.components.layout import note, panel
from portal.locale import _
from portal.pages.playlist import draft, ids
from portal.refusals import in_words


def layout(**_query: str) -> Component:
    home = regions.tree().one(asking.current().home)
    playlist = _playlist()
    return html.Div(
        [
            dcc.Store(id=ids.DRAFT, data=draft.of_playlist(playlist)),
            html.Div(
                [
                    html.H1(_("Playlist of the walls of {place}").format(place=regions.name(home))),
                    html.A(_("Open the wall"), href="/wall", target="_blank", className="button"),
                ],
                className="page-head",
            ),
            html.P(_what(), className="quiet playlist-what"),
            panel(
                _("Scenes in their order"),
                html.Div(id=ids.LINES, className="playlist-lines"),
                _adder(home.adcode),
                html.Div(id=ids.SAID),
                html.Div(
                    [
                        html.Button(_("Save"), id=ids.SAVE, className="primary", n_clicks=0),
                        html.Button(_("Back to the usual playlist"), id=ids.USUAL, n_clicks=0),
                        html.Span(_edited(playlist), id=ids.EDITED, className="quiet"),
                    ],
                    className="playlist-acts",
                ),
                aside=html.Span(id=ids.SUM),
            ),
        ],
        className="playlist",
    )


def _what() -> str:
    return _(
        "Every wall of this region plays the scenes one after another and begins again. A critical alarm takes the "
        "wall at once, whatever plays; when it is verified the playlist goes on. Walls take a change within half a "
        "minute."
    )


def _playlist() -> Playlist:
    with asking.reading() as session:
        return wall_playlists.of_region(session, asking.current().home)


def _edited(playlist: Playlist) -> str:
    if playlist.edited_at is None:
        return _("Nobody has changed it yet: the usual one plays.")
    at = words.moment(playlist.edited_at)
    return _("Last changed {at} by {name}").format(at=at, name=playlist.edited_by or "–")


def kind_words(kind: str) -> str:
    return {
        SceneKind.ACCESS: _("Access rate of the whole region"),
        SceneKind.DUTY: _("Duty coverage of the whole region"),
        SceneKind.BEHIND: _("The part that is furthest behind"),
        SceneKind.HOUR: _("The last hour's alarms"),
        SceneKind.REGION: _("One part of the region"),
    }[SceneKind(kind)]


def _adder(home: int) -> Component:
    tree = regions.tree()
    parts = [part for child in tree.children(home) for part in (child, *tree.children(child.adcode))]
    kinds = [kind for kind in SceneKind if parts or kind not in (SceneKind.REGION, SceneKind.BEHIND)]
    return html.Div(
        [
            dcc.Dropdown(
                id=ids.KIND,
                options=[{"value": kind.value, "label": kind_words(kind)} for kind in kinds],
                value=SceneKind.ACCESS.value,
                clearable=False,
                searchable=False,
            ),
            dcc.Dropdown(
                id=ids.AREA,
                options=[{"value": part.adcode, "label": regions.name(part)} for part in parts],
                placeholder=_("Which part"),
                className="playlist-area",
            ),
            html.Button(_("Add a scene"), id=ids.ADD, n_clicks=0),
        ],
        className="playlist-adder",
    )


def _line(i: int, line: dict[str, Any], n: int) -> Component:
    area = regions.tree().by_adcode.get(line["area"] or 0)
    name = regions.name(area) if area else kind_words(line["kind"])
    return html.Div(
        [
            html.Span(str(i + 1), className="number quiet"),
            dcc.Checklist(
                [{"label": html.Span(name), "value": "on"}],
                ["on"] if line["on"] else [],
                id={"type": ids.ON, "i": i},
                className="playlist-on",
            ),
            html.Label(
                [
                    dcc.Input(
                        id={"type": ids.SECONDS, "i": i},
                        type="number",
                        value=line["seconds"],
                        min=SHORTEST_SECONDS,
                        max=LONGEST_SECONDS,
                        debounce=True,
                    ),
                    html.Span(_("seconds")),
                ],
                className="playlist-seconds",
            ),
            _button(ids.UP, i, "↑", _("Earlier"), is_closed=i == 0),
            _button(ids.DOWN, i, "↓", _("Later"), is_closed=i == n - 1),
            _button(ids.REMOVE, i, "×", _("Take out"), is_closed=n == 1),
        ],
        className="playlist-line" if line["on"] else "playlist-line off",
    )


def _button(kind: str, i: int, sign: str, title: str, *, is_closed: bool) -> Component:
    return html.Button(
        sign,
        id={"type": kind, "i": i},
        className="plain",
        title=title,
        disabled=is_closed,
        n_clicks=0,
        **{"aria-label": title},
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(Output(ids.LINES, "children"), Output(ids.SUM, "children"), Input(ids.DRAFT, "data"))
    def draw(kept: dict[str, Any]) -> Any:
        lines = kept["lines"]
        playing = [line["seconds"] for line in lines if line["on"]]
        said = _("{n} scenes, once round in {s} seconds").format(n=len(playing), s=sum(playing))
        return [_line(i, line, len(lines)) for i, line in enumerate(lines)], said

    @app.callback(
        Output(ids.DRAFT, "data"),
        Output(ids.SAID, "children"),
        *[Input({"type": kind, "i": ALL}, "n_clicks") for kind in (ids.UP, ids.DOWN, ids.REMOVE)],
        Input({"type": ids.SECONDS, "i": ALL}, "value"),
        Input({"type": ids.ON, "i": ALL}, "value"),
        Input(ids.ADD, "n_clicks"),
        State(ids.DRAFT, "data"),
        State(ids.KIND, "value"),
        State(ids.AREA, "value"),
        prevent_initial_call=True,
    )
    def edit(*given: Any) -> Any:
        kept, kind, area = given[-3:]
        try:
            lines = _edited_lines(dash.ctx.triggered_id, dash.ctx.triggered[0]["value"], kept["lines"], kind, area)
        except AnwangError as refusal:
            return dash.no_update, note(in_words(refusal), "error")
        return (dash.no_update, dash.no_update) if lines == kept["lines"] else (kept | {"lines": lines}, None)

    @app.callback(
        Output(ids.DRAFT, "data", allow_duplicate=True),
        Output(ids.SAID, "children", allow_duplicate=True),
        Output(ids.EDITED, "children"),
        Input(ids.SAVE, "n_clicks"),
        Input(ids.USUAL, "n_clicks"),
        State(ids.DRAFT, "data"),
        prevent_initial_call=True,
    )
    def save(_save: int, _usual: int, kept: dict[str, Any]) -> Any:
        try:
            _write(dash.ctx.triggered_id, kept)
        except AnwangError as refusal:
            return dash.no_update, note(in_words(refusal), "error"), dash.no_update
        saved = _playlist()
        return draft.of_playlist(saved), note(_("Saved.")), _edited(saved)


def _edited_lines(asked: Any, value: Any, lines: list[Any], kind: str, area: int | None) -> list[Any]:
    """The lines after one act of the hand; a line drawn anew is no act."""
    if asked == ids.ADD:
        return draft.with_new(lines, kind, area) if value else lines
    if not isinstance(asked, dict):
        return lines
    i = int(asked["i"])
    match asked["type"]:
        case ids.SECONDS:
            return draft.with_seconds(lines, i, value)
        case ids.ON:
            return [line | {"on": bool(value)} if k == i else line for k, line in enumerate(lines)]
        case _ if not value:
            return lines
        case ids.REMOVE:
            return [line for k, line in enumerate(lines) if k != i]
        case way:
            return draft.moved(lines, i, -1 if way == ids.UP else 1)


def _write(asked: Any, kept: dict[str, Any]) -> None:
    now, home = datetime.now(UTC), asking.current().home
    with asking.reading() as session:
        if asked == ids.USUAL:
            commands.forget(session, home, asking.actor())
        else:
            commands.save(session, home, draft.scenes(kept), draft.seen(kept), asking.actor(), now)
