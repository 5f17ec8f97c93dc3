"""The ladders in force: for which alarms each is, and its rungs in plain words."""

from datetime import datetime, timedelta
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import ladder_templates
from db.queries.ladder_templates import Template
from db.rules.ladders import Clock, Rung, chain
from db.rules.role_acts import CHANGE_LADDERS
from portal import asking, ladder_words, words
from portal.address import number_of
from portal.components.layout import badge, note, panel
from portal.locale import _
from portal.pages.ladders import edit


def content(query: dict[str, str], now: datetime) -> Component:
    chosen = number_of(query.get("ladder"))
    with asking.reading() as session:
        in_force = ladder_templates.in_force(session)
        shown = ladder_templates.one(session, chosen) if chosen else in_force[0]
        versions = ladder_templates.versions(session, shown.id)
    may_change = asking.current().role in CHANGE_LADDERS
    is_edited = may_change and shown.replaced_at is None and ("edit" in query or "copy" in query)
    return html.Div(
        [
            html.Aside(
                [
                    html.P(
                        _("An alarm climbs the narrowest ladder: kind before category, category before level."),
                        className="quiet",
                    ),
                    html.Ul([_choice(each, shown) for each in in_force], className="ladder-list"),
                ],
                className="ladder-side",
            ),
            edit.form(shown, is_copy="copy" in query)
            if is_edited
            else _ladder(shown, versions, now, may_change=may_change),
        ],
        className="ladders-page",
    )


def _choice(each: Template, shown: Template) -> Component:
    return html.Li(
        dcc.Link(
            [html.B(each.name), html.Small(applies_to(each))],
            href=f"/ladders?tab=templates&ladder={each.id}",
            className="here" if each.id == shown.id else "",
        )
    )


def applies_to(template: Template) -> str:
    """For which alarms, in words."""
    parts = [
        words.alarm_kind(template.kind) if template.kind else _("every kind"),
        words.category(template.category) if template.category else _("all categories of venue"),
        _("{level} level").format(level=words.level_colour(template.level)) if template.level else _("every level"),
    ]
    if template.nature:
        parts.insert(0, nature(template.nature))
    return " · ".join(parts)


def nature(value: str) -> str:
    return {
        "suspected_fault": _("taken for a fault of the device"),
        "suspected_test": _("taken for a test of the device"),
    }.get(value, value)


def _ladder(shown: Template, versions: list[Template], now: datetime, *, may_change: bool) -> Component:
    aside = _("version {n}, {who}, {at}").format(
        n=shown.version, who=shown.made_by_name, at=words.moment(shown.made_at, now)
    )
    return html.Div(
        [
            note(_("This version was replaced; alarms that began on it still climb it."), "error")
            if shown.replaced_at
            else None,
            panel(
                shown.name,
                html.P(applies_to(shown), className="quiet"),
                *[_chain(shown, clock) for clock in Clock],
                html.P(
                    [
                        _("A promise holds the ladder up for {span} at most.").format(
                            span=ladder_words.span(shown.promise_at_most)
                        ),
                        " ",
                        _("After a level where nobody is, the next comes at once."),
                    ],
                    className="quiet",
                ),
                _acts(shown) if may_change and shown.replaced_at is None else None,
                aside=aside,
            ),
            _versions(versions, shown, now) if len(versions) > 1 else None,
        ],
        className="stack",
    )


def _chain(template: Template, clock: Clock) -> Component | None:
    rungs = chain(template.rungs, clock)
    if not rungs:
        return None
    return html.Section(
        [
            html.H3(_("When {event}").format(event=ladder_words.clock(clock))),
            html.Ol([_at(after, list(told)) for after, told in groupby(rungs, key=lambda rung: rung.after)]),
        ],
        className="ladder-chain",
    )


def _at(after: timedelta, rungs: list[Rung]) -> Component:
    return html.Li(
        [
            html.Span(
                ladder_words.span(after) if not after else _("after {span}").format(span=ladder_words.span(after)),
                className="ladder-when",
            ),
            html.Div([_told(rung) for rung in rungs]),
        ]
    )


def _told(rung: Rung) -> Component:
    duties = "、".join(words.person_duty(duty) for duty in rung.duties)
    return html.Span(
        [
            html.B(ladder_words.party(rung.who) + (f"（{duties}）" if duties else "")),
            badge(ladder_words.asked(rung.asks), "notice" if rung.asks else ""),
            badge(_("letter, answer within {span}").format(span=ladder_words.span(rung.letter_within)), "major")
            if rung.letter_within
            else None,
        ],
        className="ladder-told",
    )


def _acts(shown: Template) -> Component:
    base = f"/ladders?tab=templates&ladder={shown.id}"
    return html.Div(
        [
            dcc.Link(_("Change this ladder"), href=f"{base}&edit=1", className="button primary"),
            dcc.Link(_("Make another of it"), href=f"{base}&copy=1", className="button"),
        ],
        className="ladder-acts",
    )


def _versions(versions: list[Template], shown: Template, now: datetime) -> Component:
    return panel(
        _("Earlier and later"),
        html.Table(
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Td(
                                dcc.Link(
                                    _("version {n}").format(n=each.version),
                                    href=f"/ladders?tab=templates&ladder={each.id}",
                                )
                            ),
                            html.Td(each.made_by_name),
                            html.Td(words.moment(each.made_at, now), className="number"),
                            html.Td(_("in force") if each.replaced_at is None else "", className="quiet"),
                        ],
                        className="here" if each.id == shown.id else "",
                    )
                    for each in versions
                ]
            ),
            className="compact",
        ),
    )
