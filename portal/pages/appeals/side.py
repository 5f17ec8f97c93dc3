"""The side panel: what is doubted and why, the evidence, what may be done now, what was put right."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.errors import AnwangError
from db.queries import appeals as queries
from db.queries import evidence as evidence_queries
from db.queries.appeals import AppealDetail, AppealRow, AppealStepRow
from db.queries.evidence import EvidenceSeen
from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Refusal
from db.rules.appeal_lifecycle import (
    APPEAL_STEPS,
    ENDED,
    MAY_HEAR,
    AppealAct,
    AppealCase,
    AppealState,
    Subject,
    appeal_step,
)
from db.rules.measures import MeasureKey
from portal import appeal_words, asking, measure_words, words
from portal.asking import Asker
from portal.components.case import ActForm, Field, Happened, act_forms, back_to_list, due, facts, timeline
from portal.components.evidence import gallery, upload_box
from portal.components.layout import badge, note, panel
from portal.locale import _
from portal.pages.appeals import ids
from portal.pages.appeals.rows import days, detail, title

AWAITED = {
    AppealState.FILED: AppealAct.ASSIGN,
    AppealState.HEARD: AppealAct.UPHOLD,
    AppealState.QUESTIONED: AppealAct.ANSWER,
}


def side(chosen: int | None) -> Any:
    if chosen is None:
        return note(_("Choose an appeal to see what is doubted, the evidence, and what was decided."), "hint")
    now, asker = datetime.now(UTC), asking.current()
    try:
        with asking.reading() as session:
            appeal = queries.one(session, chosen)
            seen = evidence_queries.of_appeal(session, chosen)
            hearers = queries.hearers(session, appeal.row.county) if asker.role in MAY_HEAR else {}
    except AnwangError as refusal:
        return [back_to_list("/appeals"), note(_(str(refusal)), "error")]
    row = appeal.row
    return [
        back_to_list("/appeals"),
        html.Div(
            [badge(appeal_words.state(row.state), appeal_words.state_class(row.state)), due(row.act_by, now)],
            className="case-head",
        ),
        html.Div([_link(row), html.Span(detail(row), className="quiet")], className="case-place"),
        html.P(row.ground, className="case-what"),
        html.Blockquote([html.B(_("Decision")), " ", row.reason], className="appeal-decision") if row.reason else None,
        html.Div(files(seen, now), id=ids.FILES),
        _upload(row, asker),
        act_forms(ids.KIND, row.id, _forms(row, asker, hearers)),
        _put_right(appeal),
        panel(_("About it"), _facts(row)),
        panel(_("What happened"), timeline([_happened(step) for step in appeal.steps], now)),
    ]


def _link(row: AppealRow) -> Component:
    if row.venue_id is not None:
        return dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}")
    day = row.as_of.isoformat() if row.as_of else ""
    return dcc.Link(
        title(row),
        href=f"/rankings?measure={row.measure}&category={row.category}&as_of={day}&unit={row.county}",
    )


def files(seen: Sequence[EvidenceSeen], now: datetime) -> Component:
    return panel(_("Evidence"), gallery(seen, now, _("Nothing added yet")))


def shown_files(appeal_id: int) -> Component:
    """The files alone, anew: what is being typed beside them stays."""
    with asking.reading() as session:
        return files(evidence_queries.of_appeal(session, appeal_id), datetime.now(UTC))


def _upload(row: AppealRow, asker: Asker) -> Component | None:
    if AppealState(row.state) in ENDED or (asker.role.value != row.filer_role and asker.role not in MAY_HEAR):
        return None
    hint = _("Photographs, screenshots, documents. JPEG, PNG, WebP or PDF.")
    return upload_box("appeal", row.id, "before", asker.csrf_token, ids.ADDED, hint)


def _forms(row: AppealRow, asker: Asker, hearers: dict[int, str]) -> list[ActForm]:
    """Acts of this state that are this person's; to the analyst it is said why the decision is not theirs."""
    case = AppealCase(AppealState(row.state), Role(row.filer_role), row.filed_by, row.assigned_to)
    shown = []
    for act in AppealAct:
        if (case.state, act) not in APPEAL_STEPS:
            continue
        answer = appeal_step(case, act, asker.role, asker.person_id, "words")
        if isinstance(answer, Refusal):
            if act is AppealAct.UPHOLD and asker.role in MAY_HEAR:
                shown.append(ActForm(act, _("Decide"), refused=_(answer.reason)))
            continue
        shown.append(_form(act, row, hearers, asker, AWAITED.get(case.state) is act))
    return sorted(shown, key=lambda form: not form.is_main)


def _form(act: AppealAct, row: AppealRow, hearers: dict[int, str], asker: Asker, is_main: bool) -> ActForm:
    names = {
        AppealAct.ASSIGN: _("Take it up, or give it to somebody"),
        AppealAct.QUESTION: _("Ask the bureau"),
        AppealAct.ANSWER: _("Answer the question"),
        AppealAct.UPHOLD: _("Uphold: put the record right"),
        AppealAct.REFUSE: _("Refuse the appeal"),
        AppealAct.WITHDRAW: _("Withdraw the appeal"),
    }
    asked = _("Remark") if act in (AppealAct.ASSIGN, AppealAct.WITHDRAW) else _("Reason, for everybody to read")
    fields: tuple[Field, ...] = (Field("words", asked),)
    above: Component | None = None
    if act is AppealAct.ASSIGN:
        choices = tuple((str(person), name) for person, name in hearers.items())
        mine = str(asker.person_id) if asker.person_id in hearers else None
        fields = (Field("assign_to", _("Heard by"), "choice", mine, choices), *fields)
    elif act is AppealAct.UPHOLD:
        above = html.P(_will_change(row))
        if row.subject == Subject.FIGURE:
            hint = _("One a line: venue's code, access or duty, yes or no, first day, last day (may be left out).")
            fields = (*fields, Field("corrections", _("Venues to be put right"), hint=hint))
    return ActForm(act, names[act], fields, above=above, is_main=is_main)


def _will_change(row: AppealRow) -> str:
    if row.status is None:
        return _("The figure follows from its venues: name those whose record was wrong.")
    said = appeal_words.claim(row.status, bool(row.is_so))
    return _("The record will say that the venue {claim}: {days}.").format(claim=said, days=days(row.since, row.until))


def _put_right(appeal: AppealDetail) -> Component | None:
    """What changed, and the snapshots that read otherwise when they are computed again."""
    if not appeal.corrections:
        return None
    lines = [
        html.Li(
            [
                dcc.Link(each.venue_name, href=f"/venues/{each.venue_id}?tab=history"),
                html.Small(f"{appeal_words.claim(each.status, each.is_so)} · {days(each.since, each.until)}"),
            ]
        )
        for each in appeal.corrections[:50]
    ]
    touched = [
        dcc.Link(
            _("Snapshot {number}, as of {day}").format(number=each.number, day=each.as_of.isoformat()),
            href=f"/bulletins?show=snapshots&snapshot={each.id}",
            className="block",
        )
        for each in appeal.snapshots
    ]
    told = html.P([html.B(_("Computed again, these differ now:")), *touched]) if touched else None
    return panel(_("Put right"), html.Ul(lines, className="plain-list"), told)


def _facts(row: AppealRow) -> Component:
    measure = measure_words.name(MeasureKey(row.measure)) if row.measure else None
    return facts(
        (
            (_("Number"), str(row.id)),
            (_("What is doubted"), appeal_words.subject(row.subject)),
            (_("Measure"), measure),
            (_("Figure when doubted"), row.shown),
            (_("Filed by"), f"{row.filed_by_name}（{words.role(row.filer_role)}） {words.moment(row.filed_at)}"),
            (_("Heard by"), row.assigned_to_name),
            (_("To be decided by"), words.moment(row.decide_by)),
            (_("Decided by"), f"{row.decided_by_name} {words.moment(row.decided_at)}" if row.decided_at else None),
        )
    )


def _happened(step: AppealStepRow) -> Happened:
    role = f"（{words.role(step.actor_role)}）" if step.actor_role else ""
    said = [step.note or ""]
    if step.facts.get("assigned_to"):
        said.append(_("heard by {name}").format(name=step.facts["assigned_to"]))
    if step.facts.get("corrected"):
        said.append(_("{n} venues put right").format(n=step.facts["corrected"]))
    return Happened(step.at, appeal_words.step(step.step), f"{step.actor_name}{role}", " · ".join(filter(None, said)))
