"""The side panel of the desk: what happened, who knows, what happens next, and what is known of the spot."""

from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.alarms import AlarmRow, Step
from db.rules.role_acts import ACT_ON_ALARMS
from portal import alarm_words, nature_words, regions, words
from portal.api.boundaries import outline
from portal.components.layout import badge, panel
from portal.components.small_map import small_map
from portal.locale import _
from portal.pages.alarms import evidence
from portal.pages.alarms.facts import Case
from portal.pages.alarms.nature import nature_panel


def side_panel(case: Case, base_map: str) -> list[Component | None]:
    """The evidence card, the most pressing first."""
    return [
        _head(case.alarm.row, case.now),
        _place(case),
        nature_panel(case.judged, case.alarm.row.kind),
        evidence.readings(case),
        evidence.cameras(case),
        panel(_("What happens next"), *evidence.upcoming(case)),
        panel(_("What happened"), _timeline(case.alarm.steps, case.now)),
        panel(_("Who was told"), evidence.told(case)),
        panel(_("Call"), evidence.contacts(case)),
        panel(_("This spot before"), *evidence.before(case)),
        panel(_("How such alarms ended"), *evidence.endings(case)),
        panel(
            _("Where"),
            html.P(case.venue.address, className="quiet"),
            small_map(case.venue.lat, case.venue.lng, outline(case.venue.county), base_map),
        ),
    ]


def back_to_list() -> Component:
    return html.Button(_("‹ List"), className="plain case-back")


def _head(row: AlarmRow, now: datetime) -> Component:
    ended = row.closed_at is not None
    timer = html.Span(
        words.lasting((row.closed_at or now) - row.raised_at),
        className="case-timer" if ended or row.level > 2 else "case-timer late",
        **({} if ended else {"data-since": row.raised_at.isoformat()}),
    )
    state = alarm_words.ending(row.verdict, row.cause) if row.verdict else words.alarm_state(row.state)
    return html.Div(
        [
            back_to_list(),
            badge(f"{words.level_colour(row.level)} · {words.alarm_kind(row.kind)}", words.level_class(row.level)),
            html.Span(state, className="case-state"),
            _window_badge(row.window_id),
            timer,
        ],
        className="case-head",
    )


def _window_badge(window_id: int | None) -> Component | None:
    """The watermark of an alarm that was expected: timed and shown, kept out of the statistics."""
    if window_id is None:
        return None
    return dcc.Link(badge(_("Drill"), "drill"), href=f"/windows?window={window_id}")


def _place(case: Case) -> Component:
    row, venue = case.alarm.row, case.venue
    watch = next((unit.name for unit in case.units), None)
    about = [
        regions.named(row.city_name, row.county_name),
        words.category(venue.category),
    ]
    if watch:
        about.append(_("on watch: {unit}").format(unit=watch))
    return html.Div(
        [
            dcc.Link(
                f"{row.venue_name} · {row.area_name}" if row.area_name else row.venue_name,
                href=f"/venues/{row.venue_id}",
            ),
            html.Span(" · ".join(about), className="quiet"),
            html.Span(
                [
                    dcc.Link(case.alarm.device_code, href=f"/devices/{case.alarm.device_code}")
                    if case.alarm.device_code
                    else None,
                    _(" · {signals} signals of {devices} devices").format(
                        signals=words.count(row.signal_count), devices=row.device_count
                    ),
                    " · ",
                    dcc.Link(_("In 3D"), href=f"/venues/{row.venue_id}?tab=space&alarm={row.id}"),
                ],
                className="quiet case-device",
            ),
            _owner(row, case.now),
        ],
        className="case-place",
    )


def _owner(row: AlarmRow, now: datetime) -> Component | None:
    if row.owner_name is None or row.closed_at is not None:
        return None
    told = [_("In hand: {name}").format(name=row.owner_name)]
    is_late = row.promised_for is not None and row.promised_for < now
    if row.promised_for is not None:
        at = words.minute(row.promised_for, now)
        told.append(_("promise of {at} has passed").format(at=at) if is_late else _("done by {at}").format(at=at))
    return html.Span(" · ".join(told), className="case-owner late" if is_late else "case-owner")


def _timeline(steps: tuple[Step, ...], now: datetime) -> Component:
    return html.Ul([_step(step, now) for step in steps], className="timeline")


def _step(step: Step, now: datetime) -> Component:
    words_noted = nature_words.step_note(step.step, step.note) if step.step != "joined" else None
    said = alarm_words.step_says(words_noted or None, step.facts, now)
    who = step.actor_name
    if step.role in [role.value for role in ACT_ON_ALARMS]:
        who = f"{who} ({words.role(step.role or '')})"
    return html.Li(
        [
            html.Time(words.moment(step.at, now)),
            html.Span(
                [html.B(alarm_words.step(step.step)), f" · {who}", *[html.Small(each) for each in said]],
                title=_("from {address}").format(address=step.address) if step.address else "",
            ),
        ]
    )
