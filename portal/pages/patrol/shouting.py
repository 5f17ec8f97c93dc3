"""Shouting from the patrol: standard sentences, own words or a voice; what was called out here before."""

from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import shouts as queries
from db.queries.shouts import LoudspeakerRow, ShoutRow
from db.rules.loudspeakers import NOT_YET, Adapter
from db.rules.shouting import LONGEST_RECORDING_SECONDS, MOST_WORDS, STANDARD
from portal import asking, patrol_words, words
from portal.components.layout import badge, panel
from portal.locale import _
from portal.pages.patrol import ids

SHOWN = 5
LOOK_MS = 2000


def box(venue_id: int, venue_name: str, round_id: int | None, now: datetime) -> Component:
    """The form, which the script sends; a venue without a loudspeaker is told so."""
    with asking.reading() as session:
        speakers = queries.loudspeakers(session, venue_id)
        latest = queries.newest(session, 360_000, SHOWN, venue_id)
    usable = [speaker for speaker in speakers if speaker.adapter != Adapter.SIP]
    if usable:
        inside: list[Any] = [_form(usable, round_id, venue_id)]
    elif speakers:
        inside = [html.P(_(NOT_YET.reason), className="quiet")]
    else:
        inside = [
            html.P(_("No loudspeaker column of {venue} is connected.").format(venue=venue_name), className="quiet")
        ]
    return panel(
        _("Shout"),
        *inside,
        html.Div(history(latest, now), id=ids.SHOUTS, **{"data-venue": str(venue_id)}),
        dcc.Store(id="patrol-shout-venue", data=venue_id),
        dcc.Interval(id=ids.SHOUT_CLOCK, interval=LOOK_MS, disabled=not _is_waiting(latest)),
        kind="patrol-shout",
    )


def _form(speakers: list[LoudspeakerRow], round_id: int | None, venue_id: int) -> Component:
    standard = [
        html.Button(sentence, type="button", className="chip patrol-standard", title=sentence) for sentence in STANDARD
    ]
    choices = [html.Option(speaker.name, value=str(speaker.id)) for speaker in speakers]
    return html.Div(
        [
            html.Div(standard, className="patrol-sentences"),
            dcc.Textarea(
                id="patrol-words", maxLength=MOST_WORDS, placeholder=_("What is to be called out"), rows=2, value=""
            ),
            html.Select(choices, className="patrol-speaker", **{"aria-label": _("Loudspeaker")}),
            html.Div(
                [
                    html.Button([html.Kbd("S"), _("Shout")], type="button", className="primary patrol-say"),
                    html.Button(_("Record a voice"), type="button", className="patrol-record"),
                    html.Button(_("Discard"), type="button", className="patrol-discard", hidden=True),
                ],
                className="patrol-shout-acts",
            ),
            html.P("", className="patrol-said", role="status"),
            html.Div(
                [
                    html.P("", className="patrol-caution"),
                    html.Button(_("Call it out now"), type="button", className="primary patrol-confirm"),
                    html.Button(_("Leave it"), type="button", className="patrol-leave"),
                ],
                className="patrol-confirming",
                key=f"confirm-{venue_id}",
                hidden=True,
                role="alertdialog",
            ),
        ],
        className="patrol-shout-form",
        key=f"shout-{venue_id}",
        **{"data-round": "" if round_id is None else str(round_id), "data-longest": str(LONGEST_RECORDING_SECONDS)},
    )


def refreshed(venue_id: int, now: datetime) -> tuple[list[Component], bool]:
    """The list as it is now, and whether nothing is on its way any more."""
    with asking.reading() as session:
        latest = queries.newest(session, 360_000, SHOWN, venue_id)
    return history(latest, now), not _is_waiting(latest)


def history(rows: list[ShoutRow], now: datetime) -> list[Component]:
    """What was called out here, the newest first, with the loudspeaker's own answer."""
    if not rows:
        return []
    return [html.Ul([_line(row, now) for row in rows], className="patrol-shouts")]


def _line(row: ShoutRow, now: datetime) -> Component:
    kind = {"taken": "good", "failed": "alarmed"}.get(row.state, "")
    said = row.words or _("Recorded voice")
    parts = [words.moment(row.asked_at, now), row.person_name, row.loudspeaker]
    if row.state == "taken" and row.answered_at:
        parts.append(_("answered {at}: {answer}").format(at=words.clock(row.answered_at), answer=row.answer or ""))
    elif row.answer:
        parts.append(patrol_words.unsaid(row.answer))
    length = f" · {row.seconds:.0f} s" if row.seconds else ""
    return html.Li(
        [
            html.Span([badge(patrol_words.shout_state(row.state), kind), f" {said}{length}"]),
            html.Small(" · ".join(parts), className="quiet"),
        ]
    )


def _is_waiting(rows: list[ShoutRow]) -> bool:
    return any(row.state == "waiting" for row in rows)
