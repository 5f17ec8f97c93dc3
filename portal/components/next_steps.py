"""What happens next if nobody moves: who is told when, drawn as a line of time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dash import html
from dash.development.base_component import Component

from portal import ladder_words, words
from portal.components.layout import badge
from portal.locale import _

NAMES_SHOWN = 3


class Step(Protocol):
    """A rung that is ahead; without names it is a hole."""

    @property
    def at(self) -> datetime: ...
    @property
    def who(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def asks(self) -> bool: ...
    @property
    def hastened(self) -> bool: ...
    @property
    def has_letter(self) -> bool: ...


class Letter(Protocol):
    """A supervision letter that has gone out."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def made_at(self) -> datetime: ...


def rungs_ahead(steps: Sequence[Step], now: datetime) -> Component:
    """The rest of the ladder, soonest first."""
    if not steps:
        return html.P(_("Nobody else is told by itself: the ladder has ended or stopped."), className="quiet")
    return html.Ol([_line(step, now) for step in steps], className="next-steps")


def letters_out(letters: Sequence[Letter], now: datetime) -> Component:
    """The supervision letters that went out already; empty where there are none."""
    return html.Ul([_letter(letter, now) for letter in letters], className="letters-out")


def _line(step: Step, now: datetime) -> Component:
    left = step.at - now
    when = _("now") if left.total_seconds() <= 0 else _("in {span}").format(span=words.lasting(left))
    return html.Li(
        [
            html.Time(words.moment(step.at, now), dateTime=step.at.isoformat()),
            html.Div(
                [
                    html.B([ladder_words.party(step.who), f" · {step.place}" if step.place else ""]),
                    html.Small(_people(step)),
                    html.Span(
                        [
                            badge(when),
                            badge(ladder_words.asked(step.asks)),
                            badge(_("with a supervision letter"), "major") if step.has_letter else None,
                            badge(_("at once: nobody stands on the rung before"), "minor") if step.hastened else None,
                        ],
                        className="next-marks",
                    ),
                ]
            ),
        ],
        className="hole" if not step.names else "",
    )


def _people(step: Step) -> str:
    if not step.names:
        return _("Nobody: the next level is told at once")
    shown = "、".join(step.names[:NAMES_SHOWN])
    more = len(step.names) - NAMES_SHOWN
    return _("{names} and {n} more").format(names=shown, n=more) if more > 0 else shown


def _letter(letter: Letter, now: datetime) -> Component:
    return html.Li(
        [
            html.A(letter.number, href=f"/api/v1/letters/{letter.id}.pdf", target="_blank"),
            html.Span(f"{letter.issuer} · {words.moment(letter.made_at, now)}", className="quiet"),
        ]
    )
