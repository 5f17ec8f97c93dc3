"""The side panel: what is wrong, before and after, whose turn it is and by when, what may be done now."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.errors import AnwangError
from db.queries import evidence as evidence_queries
from db.queries import hazards as queries
from db.queries.evidence import EvidenceSeen
from db.queries.hazards import HazardDetail, HazardStepRow
from db.rules.hazard_deadlines import last_day
from db.rules.hazard_lifecycle import BEING_RECTIFIED, FIVE_LEVELS, SUPERVISION, HazardState, may_add_evidence
from db.rules.order_lifecycle import MAY_GIVE
from portal import asking, hazard_words, regions, words
from portal.asking import Asker
from portal.components.case import Happened, act_forms, back_to_list, due, facts, timeline
from portal.components.evidence import gallery, upload_box
from portal.components.layout import badge, note, panel
from portal.locale import _
from portal.pages.hazards import ids
from portal.pages.hazards.acts import case_of, forms
from portal.words import HERE


def side(chosen: int | None) -> Any:
    """The panel of the chosen hazard, or a word where there is none."""
    if chosen is None:
        return note(_("Choose a hazard to see what is wrong, who puts it right, and by when."), "hint")
    now, asker = datetime.now(UTC), asking.current()
    try:
        with asking.reading() as session:
            hazard = queries.one(session, chosen)
            seen = evidence_queries.of_hazard(session, chosen)
            known = queries.candidates(session, hazard.row.venue_id, now.astimezone(HERE).date())
    except AnwangError as refusal:
        return [back_to_list("/hazards"), note(_(str(refusal)), "error")]
    case = case_of(hazard, seen)
    row = hazard.row
    return [
        back_to_list("/hazards"),
        html.Div(
            [
                badge(f"{hazard_words.grade(row.grade)} · {hazard_words.state(row.state)}", _badge(hazard, now)),
                due(row.act_by, now),
            ],
            className="case-head",
        ),
        html.Div(
            [
                dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}?tab=hazards"),
                html.Span(
                    f"{regions.named(row.city_name, row.county_name)} · {row.spot}",
                    className="quiet",
                ),
            ],
            className="case-place",
        ),
        html.P(row.what, className="case-what"),
        _next(hazard, now),
        html.Div(pictures(hazard, seen, asker, now), id=ids.PICTURES),
        act_forms(ids.KIND, row.id, forms(hazard, case, known, asker, now, _box(hazard, "after", asker))),
        panel(_("About it"), _facts(hazard), *_orders(hazard, asker)),
        panel(_("What happened"), timeline([_happened(step) for step in hazard.steps], now)),
    ]


def pictures(hazard: HazardDetail, seen: Sequence[EvidenceSeen], asker: Asker, now: datetime) -> Component:
    """Before and after side by side, of this round; earlier rounds' below."""
    here = [each for each in seen if each.round == hazard.row.round]
    earlier = [each for each in seen if each.round != hazard.row.round]
    before = [each for each in here if each.stage == "before"]
    after = [each for each in here if each.stage != "before"]
    state = HazardState(hazard.row.state)
    is_missed = not before and asker.role in SUPERVISION
    takes_before = (state is HazardState.FOUND or is_missed) and may_add_evidence(state, "before", asker.role) is None
    takes_after = may_add_evidence(state, "after", asker.role) is None and state not in BEING_RECTIFIED
    return panel(
        _("Before and after"),
        html.Div(
            [
                html.Div(
                    [
                        html.H3(_("Before")),
                        gallery(before, now, _("No picture")),
                        _box(hazard, "before", asker) if takes_before else None,
                    ]
                ),
                html.Div(
                    [
                        html.H3(_("After the fix")),
                        gallery(after, now, _("No photograph yet")),
                        _box(hazard, "after", asker) if takes_after else None,
                    ]
                ),
            ],
            className="both-sides",
        ),
        html.Details([html.Summary(_("From before it came back")), gallery(earlier, now, "")]) if earlier else None,
    )


def shown_pictures(hazard_id: int) -> Component:
    """The pictures alone, anew: what is being typed beside them stays."""
    now = datetime.now(UTC)
    with asking.reading() as session:
        hazard = queries.one(session, hazard_id)
        seen = evidence_queries.of_hazard(session, hazard_id)
    return pictures(hazard, seen, asking.current(), now)


def _box(hazard: HazardDetail, stage: str, asker: Asker) -> Component:
    hint = (
        _("Of the same spot, from the same side. JPEG, PNG, WebP or PDF.") if stage == "after" else _("What is wrong.")
    )
    return upload_box("hazard", hazard.row.id, stage, asker.csrf_token, ids.ADDED, hint)


def _badge(hazard: HazardDetail, now: datetime) -> str:
    if hazard.row.act_by is None:
        return "good"
    return "critical" if hazard.row.is_overdue(now) else hazard_words.grade_class(hazard.row.grade)


def _next(hazard: HazardDetail, now: datetime) -> Component:
    """Whose turn it is and by when, in one sentence."""
    row = hazard.row
    who = row.responsible or _("the venue")
    county = _("the county bureau")
    turn = {
        HazardState.FOUND: _("{who} is to name who puts it right.").format(who=county),
        HazardState.ASSIGNED: _("{who} is to put it right.").format(who=who),
        HazardState.RECTIFYING: _("{who} is putting it right.").format(who=who),
        HazardState.SENT_BACK: _("It was not right: {who} is to do it again.").format(who=who),
        HazardState.SUBMITTED: _("{who} is to look and accept it, or send it back.").format(who=county),
        HazardState.ACCEPTED: _("{who} is to close it.").format(who=county),
        HazardState.CLOSED: _("{who} is to look back whether it stayed away.").format(who=county),
    }[HazardState(row.state)]
    if row.act_by is None:
        return html.P(_("Closed. Nobody owes anything."), className="case-next")
    if row.is_overdue(now):
        turn += " " + _("The deadline has passed: they and the bureau have been told.")
    return html.P(turn, className="case-next late" if row.is_overdue(now) else "case-next")


def _facts(hazard: HazardDetail) -> Component:
    row = hazard.row
    alarm = dcc.Link(f"#{hazard.alarm_id}", href=f"/alarms?alarm={hazard.alarm_id}") if hazard.alarm_id else None
    times = _("{n} times").format(n=row.round) if row.round > 1 else None
    return facts(
        (
            (_("Number"), str(row.id)),
            (_("Kind"), hazard_words.kind(row.kind)),
            (_("Source"), f"{hazard_words.source(row.source)} · {row.found_by_name} · {words.day(row.found_at)}"),
            (_("Alarm"), alarm),
            (_("Came up"), times),
            (_("Responsible"), row.responsible),
            (_("Deadline"), last_day(row.due_at).isoformat() if row.due_at else None),
            (_("Measure"), row.measure),
            (_("Requirement"), row.requirement),
            (_("Accepted by"), row.accepted_by_name),
            (_("Written acceptance"), hazard.acceptance),
            (_("Look-back"), _look_back(hazard)),
        )
    )


def _look_back(hazard: HazardDetail) -> str | None:
    if hazard.row.look_back_on is None:
        return None
    if hazard.looked_back_at is not None:
        return _("done on {day}").format(day=words.day(hazard.looked_back_at))
    return _("until {day}").format(day=hazard.row.look_back_on.isoformat())


def _orders(hazard: HazardDetail, asker: Asker) -> list[Component]:
    """Orders about it, and a way to give one."""
    made = []
    if hazard.orders:
        made.append(
            dcc.Link(
                _("{n} work orders").format(n=hazard.orders),
                href=f"/orders?show=all&hazard={hazard.row.id}",
                className="button",
            )
        )
    if asker.role in MAY_GIVE and hazard.row.state != HazardState.CLOSED:
        made.append(dcc.Link(_("Give a work order"), href=f"/orders?new=hazard:{hazard.row.id}", className="button"))
    return [html.Div(made, className="panel-foot chips")] if made and asker.role in FIVE_LEVELS else []


def _happened(step: HazardStepRow) -> Happened:
    said = [step.note or ""]
    if "due_on" in step.facts:
        said.append(_("deadline {day}").format(day=step.facts["due_on"]))
    if step.step == "assign":
        said.insert(0, str(step.facts.get("responsible", "")))
    if step.step == "evidence":
        said.append(hazard_words.stage(step.facts["stage"]))
    role = f"（{words.role(step.actor_role)}）" if step.actor_role else ""
    note_words = " · ".join(part for part in said if part)
    return Happened(step.at, hazard_words.step(step.step), f"{step.actor_name}{role}", note_words)
