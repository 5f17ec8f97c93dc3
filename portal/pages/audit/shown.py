"""The audited text with its findings beside it; each points at its sentence, and the sentence at its finding."""

from dash import html
from dash.development.base_component import Component

from db.queries.snapshots import Snapshot
from db.rules.bulletin_audit import Audit, Finding, Rule
from portal import words
from portal.components.layout import badge, panel
from portal.locale import _


def rule(value: Rule) -> str:
    return {
        Rule.SUM: _("Sum against headline"),
        Rule.PARTS: _("Parts against whole"),
        Rule.SAME: _("Same figure, two values"),
        Rule.RATE: _("Rate against counts"),
        Rule.DUTY: _("Duty above access"),
        Rule.ORDER: _("Order against values"),
        Rule.SNAPSHOT: _("Against the snapshot"),
    }[value]


def result(text: str, found: Audit, frozen: Snapshot | None) -> Component:
    """A sentence of summary, the text with marks, the findings."""
    return html.Div(
        [
            html.Div(
                _summary(found, frozen), className="audit-summary good" if not found.findings else "audit-summary bad"
            ),
            html.Div(
                [
                    panel(_("The text"), html.Div(_marked(text, found.findings), className="audit-marked")),
                    _listed(found),
                ],
                className="audit-both",
            ),
        ]
    )


def _summary(found: Audit, frozen: Snapshot | None) -> str:
    read = _("{n} figures read").format(n=words.count(len(found.claims)))
    if found.as_of is not None:
        read += " · " + _("As of {day}").format(day=found.as_of.isoformat())
    if frozen is not None:
        read += " · " + _("Snapshot {number}, as of {day}").format(number=frozen.number, day=frozen.as_of.isoformat())
    if not found.findings:
        return f"{read} · " + _("nothing contradicts anything")
    return f"{read} · " + _("{n} do not add up").format(n=len(found.findings))


def _marked(text: str, findings: tuple[Finding, ...]) -> list[Component | str]:
    """The text as it stands; figures that do not add up are marked with their finding's number."""
    pieces: list[Component | str] = []
    at = 0
    for number, finding in sorted(enumerate(findings, start=1), key=lambda pair: pair[1].start):
        if finding.start >= at:
            pieces.append(text[at : finding.start])
            pieces.append(html.Mark(text[finding.start : finding.end], id=f"audit-mark-{number}"))
            at = finding.end
        pieces.append(html.A(str(number), href=f"#audit-finding-{number}", className="audit-number"))
    pieces.append(text[at:])
    return pieces


def _listed(found: Audit) -> Component:
    if not found.findings:
        return panel(_("Findings"), html.P(_("Every figure that is told twice, summed up or put as a rate agrees.")))
    return panel(
        _("Findings"),
        html.Ol(
            [
                html.Li(
                    [
                        html.Div(
                            [
                                html.A(str(number), href=f"#audit-mark-{number}", className="audit-number"),
                                badge(rule(finding.rule), "major"),
                            ],
                            className="audit-head",
                        ),
                        html.P(finding.explanation),
                        html.A(_cut(finding.sentence), href=f"#audit-mark-{number}", className="audit-sentence"),
                    ],
                    id=f"audit-finding-{number}",
                )
                for number, finding in enumerate(found.findings, start=1)
            ],
            className="audit-findings",
        ),
    )


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= 90 else f"{sentence[:88]}…"
