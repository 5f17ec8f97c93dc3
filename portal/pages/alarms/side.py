"""The side panel of the desk: what happened, who knows, what may be done now and why not."""

from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.alarm_natures import Judged
from db.queries.alarms import AlarmDetail, Reading
from db.rules.alarm_kinds import AlarmState
from db.rules.role_acts import ACT_ON_ALARMS
from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from portal import nature_words, words
from portal.asking import Asker
from portal.components.layout import badge, note, panel
from portal.figures import spark
from portal.locale import _
from portal.pages.alarms import ids
from portal.pages.alarms.nature import nature_panel


def side_panel(
    alarm: AlarmDetail, readings: Sequence[Reading], judged: Judged | None, asker: Asker, now: datetime
) -> list[Component | None]:
    row = alarm.row
    ended = row.closed_at is not None
    timer = html.Span(
        words.lasting((row.closed_at or now) - row.raised_at),
        className="case-timer" if ended else "case-timer late",
        **({} if ended else {"data-since": row.raised_at.isoformat()}),
    )
    state = words.verdict(row.verdict) if row.verdict else words.alarm_state(row.state)
    return [
        html.Div(
            [
                badge(f"{words.level_colour(row.level)} · {words.alarm_kind(row.kind)}", words.level_class(row.level)),
                timer,
            ],
            className="case-head",
        ),
        html.Div(
            [
                dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}"),
                html.Span(f"{row.city_name} {row.county_name} · {row.area_name or _('No area')}", className="quiet"),
                html.Span(state, className="quiet"),
            ],
            className="case-place",
        ),
        nature_panel(judged, row.kind),
        _readings(row.signal, readings),
        panel(_("What happened"), _timeline(alarm, now)),
        _acts(alarm, asker),
    ]


def _readings(signal: str | None, readings: Sequence[Reading]) -> Component:
    mine = [reading for reading in readings if reading.signal == signal and reading.value is not None]
    unit = BY_SIGNAL[SignalKind(signal)].unit if signal else ""
    picture = spark.line([reading.value for reading in mine], height=84, stroke="#e8710a")
    if not picture:
        return panel(_("Readings around the moment"), note(_("No readings beside the alarm itself.")))
    values = [reading.value for reading in mine if reading.value is not None]
    return panel(
        _("Readings around the moment"),
        html.Img(src=picture, className="reading", alt=_("Readings")),
        aside=f"{words.signal(signal or '')} {min(values):g}–{max(values):g} {unit}",
    )


def _timeline(alarm: AlarmDetail, now: datetime) -> Component:
    names = {
        "raised": _("Raised"),
        "told_apart": _("Told apart"),
        "level_raised": _("Level raised"),
        "acknowledged": _("Acknowledged"),
        "verified": _("Verified"),
        "handled": _("Handled"),
        "closed": _("Closed"),
        "reopened": _("Reopened"),
    }
    return html.Ul(
        [
            html.Li(
                [
                    html.Time(words.moment(step.at, now)),
                    html.Span(
                        [
                            f"{names.get(step.step, step.step)} · {step.actor_name}",
                            html.Small(nature_words.step_note(step.step, step.note)),
                        ]
                    ),
                ]
            )
            for step in alarm.steps
        ],
        className="timeline",
    )


def _acts(alarm: AlarmDetail, asker: Asker) -> Component:
    """The acts that this person may take now; one that is closed says why."""
    if alarm.row.state != AlarmState.RAISED:
        reason = _("Already acknowledged.") if alarm.row.closed_at is None else _("The alarm is closed.")
    elif asker.role not in ACT_ON_ALARMS:
        reason = _("Your role may look, not act.")
    else:
        reason = ""
    return html.Div(
        [
            html.Button(
                [_("I take it"), html.Kbd("A")],
                id=ids.ACKNOWLEDGE,
                className="primary",
                disabled=bool(reason),
                n_clicks=0,
                **{"data-alarm": str(alarm.row.id)},
            ),
            html.P(reason, className="quiet") if reason else None,
        ],
        className="acts",
    )
