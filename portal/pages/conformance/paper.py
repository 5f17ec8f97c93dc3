"""A report on paper: typst's source, filled with the same words as the page."""

import json
from typing import Any

from db.queries.bench import Trial
from db.typesetting import FAMILY, typeset
from portal import words
from portal.locale import _
from portal.pages.conformance import words as bench_words
from portal.pages.conformance.fields import lines
from portal.pages.conformance.shown import words_of

MOST_FRAMES = 60


def paper(trial: Trial) -> bytes:
    """A PDF of a trial that has its report."""
    report: dict[str, Any] = trial.report or {}
    told = {
        "title": _("Conformance report"),
        "label": trial.label or _("Trial {n}").format(n=trial.id),
        "facts": [
            [_("Protocol"), bench_words.protocol(trial.protocol)],
            [_("Tried on"), words.moment(trial.made_at)],
            [_("Frames and messages"), words.count(report["total"])],
            [_("Of them right"), words.count(report["right"])],
            [_("Dialect"), report["dialect"] or _("standard")],
        ],
        "overall": bench_words.overall(report["overall"]),
        "head": [_("Result"), _("Rule"), _("Clause"), _("As found")],
        "rules": [
            [bench_words.outcome(rule["outcome"]), bench_words.rule(rule["rule"]), rule["clause"], rule["found"]]
            for rule in report["rules"]
        ],
        "frames_title": _("Frames and messages"),
        "frames": [_frame(each) for each in report["frames"][:MOST_FRAMES]],
    }
    return typeset(_SOURCE, {"told": json.dumps(told, ensure_ascii=False)})


def _frame(each: dict[str, Any]) -> dict[str, Any]:
    verdicts = [
        f"{bench_words.outcome(verdict['outcome'])}: {bench_words.rule(verdict['rule'])} {verdict['found']}"
        for verdict in each["verdicts"]
    ]
    told = "; ".join(f"{name} {said}" for name, said in lines(each["fields"]))
    return {"title": words_of(each["title"]), "verdicts": verdicts, "told": told, "raw": each["raw"][:240]}


_SOURCE = f"""
#let told = json(bytes(sys.inputs.told))
#set page(paper: "a4", margin: 20mm, numbering: "1 / 1")
#set text(font: {FAMILY}, size: 9.5pt)
#set par(leading: 0.6em)
#text(size: 17pt, weight: "bold", told.title)
#v(1mm)
#text(size: 13pt, told.label)
#v(2mm)
#grid(columns: (38mm, 1fr), row-gutter: 2mm, ..told.facts.flatten())
#v(2mm)
#block(fill: luma(240), inset: 3mm, width: 100%, text(weight: "bold", told.overall))
#v(2mm)
#table(columns: (16mm, 1fr, 42mm, 34mm), stroke: 0.4pt + luma(200), inset: 2mm,
  table.header(..told.head.map(strong)), ..told.rules.flatten())
#v(3mm)
#text(size: 12pt, weight: "bold", told.frames_title)
#for frame in told.frames [
  #block(breakable: false, width: 100%, inset: (y: 1.5mm), stroke: (top: 0.4pt + luma(200)))[
    #strong(frame.title)
    #for verdict in frame.verdicts [ \\ #verdict ]
    \\ #text(fill: luma(80), frame.told)
    \\ #text(size: 7.5pt, fill: luma(80), frame.raw)
  ]
]
"""
