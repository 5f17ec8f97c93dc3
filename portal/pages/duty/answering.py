"""What this person is asked: the whole screen of a telephone, one button."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from db.queries.duty import CheckRow
from db.rules.duty_check import DutyCheckState
from portal import words
from portal.components.layout import badge, note
from portal.components.press import press
from portal.locale import _
from portal.pages.duty import ids
from portal.pages.duty.panels import outcome_kind


def asked(check: CheckRow, now: datetime) -> Component:
    """The question that a notice leads to; answered ones say so."""
    if check.answered_at is not None:
        return html.Div(
            [
                badge(words.duty_check_state(check.state), outcome_kind(check.state)),
                html.H2(check.venue_name),
                html.P(
                    _("Answered by {who}, {at}.").format(
                        who=check.answered_by_name or "–", at=words.moment(check.answered_at, now)
                    )
                ),
            ],
            className="duty-question done",
        )
    due = (check.sent_at or check.asked_at) + timedelta(minutes=check.minutes)
    is_late = check.state is DutyCheckState.UNANSWERED or now > due
    return html.Div(
        [
            badge(_("Duty check"), "major"),
            html.H2(check.venue_name),
            html.P(
                _("Its time was over at {at}: answer all the same, it counts as late.").format(at=words.clock(due))
                if is_late
                else _("Asked at {asked}: answer before {due}.").format(
                    asked=words.clock(check.asked_at), due=words.clock(due)
                )
            ),
            press(_("I am on watch"), ids.PRESSED, {"act": "answer", "id": check.id}, className="primary answer"),
        ],
        className="duty-question late" if is_late else "duty-question",
    )


def waiting(checks: Sequence[CheckRow], now: datetime, chosen: CheckRow | None) -> list[Component]:
    """What is put to this person, the one that the address names first."""
    listed = [chosen] if chosen is not None else []
    listed += [check for check in checks if chosen is None or check.id != chosen.id]
    return [html.Div([asked(check, now) for check in listed], className="duty-questions")] if listed else []


def not_there() -> list[Component]:
    return [note(_("There is no such duty check within your scope."), "error")]
