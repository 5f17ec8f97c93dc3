"""A trial on the screen: where to point the device, the result, every rule, every frame."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.bench import Trial, TrialLine
from db.rules.conformance import Outcome, Overall, Protocol
from portal import words
from portal.components.layout import badge, figure, note, panel
from portal.locale import _, language
from portal.pages.conformance import fields, ids
from portal.pages.conformance import words as bench_words


def trial_list(trials: Sequence[TrialLine], chosen: int | None, now: datetime) -> Component:
    if not trials:
        return note(_("Nothing has been tried yet."))
    return html.Ul([_line(each, each.id == chosen, now) for each in trials], className="bench-trials")


def _line(each: TrialLine, is_here: bool, now: datetime) -> Component:
    is_live = each.state == "open" and each.ends_at is not None and each.ends_at > now
    mark = badge(_("live"), "notice") if is_live else _result_badge(each.overall) if each.overall else badge("…")
    return html.Li(
        dcc.Link(
            [
                html.Span([html.B(each.label or _("Trial {n}").format(n=each.id)), mark], className="bench-trial-head"),
                html.Span(
                    f"{bench_words.protocol(each.protocol)} · {words.moment(each.made_at, now)}", className="quiet"
                ),
            ],
            href=f"/conformance?trial={each.id}",
            className="here" if is_here else "",
        )
    )


def _result_badge(overall: str) -> Component:
    colours = {Overall.CONFORMS: "good", Overall.DIALECT: "minor", Overall.FAILS: "critical"}
    return badge(bench_words.overall_short(overall), colours.get(Overall(overall), ""))


def trial_shown(trial: Trial, pointing: Component | None, now: datetime) -> list[Component]:
    """The whole of a trial; `pointing` says where the device is to be pointed while it is open."""
    return [
        html.Div(
            [
                html.H2(trial.label or _("Trial {n}").format(n=trial.id)),
                html.Span(
                    f"{bench_words.protocol(trial.protocol)} · {words.moment(trial.made_at, now)}", className="quiet"
                ),
                _files(trial),
            ],
            className="bench-head",
        ),
        pointing,
        *_report(trial, now),
    ]


def _files(trial: Trial) -> Component:
    if trial.report is None:
        return html.Span()
    return html.Div(
        [
            html.Button(_("Print"), className="print-page"),
            html.Button("JSON", id=ids.JSON, n_clicks=0),
            html.Button("PDF", id=ids.PDF, n_clicks=0),
        ],
        className="controls unprinted",
    )


def _report(trial: Trial, now: datetime) -> list[Component]:
    if trial.state == "failed":
        return [note(_("It could not be examined, by a fault of ours; it is in the log."), "error")]
    if trial.report is None:
        text = _("Waiting for the first frame.") if trial.is_open(now) else _("Being examined …")
        return [html.Div([html.Div(className="skeleton bench-wait"), note(text)], role="status")]
    report = trial.report
    return [
        html.P(bench_words.overall(report["overall"]), className=f"state-sentence {_tone(report)}"),
        html.Div(_figures(trial, report), className="figures four"),
        panel(_("Rules"), rules_table(report)),
        _dialects(report) if len(report["dialects"]) > 1 and report["overall"] != Overall.CONFORMS else None,
        panel(_("Frames and messages"), *[_frame(each, now) for each in report["frames"]]),
    ]


def _tone(report: dict[str, Any]) -> str:
    return bench_words.overall_class(report["overall"])


def _figures(trial: Trial, report: dict[str, Any]) -> list[Component]:
    wrong = sum(rule["outcome"] == Outcome.FAIL for rule in report["rules"])
    tried = sum(rule["outcome"] != Outcome.UNTRIED for rule in report["rules"])
    return [
        figure(_("Frames and messages"), words.count(report["total"])),
        figure(_("Of them right"), words.count(report["right"])),
        figure(
            _("Rules broken"), str(wrong), detail=_("of {n} tried").format(n=tried), kind="alarmed" if wrong else ""
        ),
        figure(_("Dialect"), report["dialect"] or _("standard"))
        if trial.protocol == Protocol.GB26875
        else figure(_("Rules tried"), str(tried), detail=_("of {n}").format(n=len(report["rules"]))),
    ]


def rules_table(report: dict[str, Any]) -> Component:
    """Every rule with its clause; what was not tried stands last and pale."""
    ordered = sorted(report["rules"], key=lambda rule: rule["outcome"] == Outcome.UNTRIED)
    head = (_("Result"), _("Rule"), _("Clause"), _("Right"), _("Not right"), _("As found"))
    return html.Table(
        [html.Thead(html.Tr([html.Th(name) for name in head])), html.Tbody([_rule(rule) for rule in ordered])],
        className="compact bench-rules",
    )


def _rule(rule: dict[str, Any]) -> Component:
    return html.Tr(
        [
            html.Td(badge(bench_words.outcome(rule["outcome"]), bench_words.outcome_class(rule["outcome"]))),
            html.Td(bench_words.rule(rule["rule"])),
            html.Td(rule["clause"], className="quiet"),
            html.Td(words.count(rule["right"]), className="number"),
            html.Td(words.count(rule["wrong"]), className="number"),
            html.Td(html.Code(rule["found"]) if rule["found"] else ""),
        ],
        className="untried" if rule["outcome"] == Outcome.UNTRIED else "",
    )


def _dialects(report: dict[str, Any]) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(html.Code(name)),
                html.Td(_("{n} frames read").format(n=good), className="number"),
                html.Td(_("{n} not").format(n=bad), className="number quiet"),
                html.Td(badge(_("fits best"), "good") if name == report["dialect"] else ""),
            ]
        )
        for name, good, bad in report["dialects"]
    ]
    return panel(_("Readings of the standard that were tried"), html.Table(html.Tbody(rows), className="compact"))


def _frame(each: dict[str, Any], now: datetime) -> Component:
    title = words_of(each["title"])
    at = words.moment(datetime.fromisoformat(each["at"]), now) if each["at"] else ""
    mark = (
        None
        if each["is_ours"]
        else badge(bench_words.outcome(each["outcome"]), bench_words.outcome_class(each["outcome"]))
    )
    return html.Details(
        [
            html.Summary([html.Span([html.B(title), html.Span(at, className="quiet")]), mark]),
            html.Ul(
                [
                    html.Li(
                        [
                            badge(
                                bench_words.outcome(verdict["outcome"]), bench_words.outcome_class(verdict["outcome"])
                            ),
                            bench_words.rule(verdict["rule"]),
                            html.Code(verdict["found"]) if verdict["found"] else None,
                        ]
                    )
                    for verdict in each["verdicts"]
                ],
                className="bench-verdicts",
            ),
            html.Table(
                html.Tbody(
                    [
                        html.Tr([html.Td(name, className="quiet"), html.Td(told)])
                        for name, told in fields.lines(each["fields"])
                    ]
                ),
                className="compact bench-fields",
            ),
            html.Pre(each["raw"]),
        ],
        className="bench-frame ours" if each["is_ours"] else "bench-frame",
        open=each["outcome"] == Outcome.FAIL,
    )


def words_of(title: dict[str, str]) -> str:
    """The title in the reader's language."""
    return title["zh"] if language() == "zh_CN" else title["en"]
