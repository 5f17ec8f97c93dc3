"""The side panel: what is to be done, where it stands, pictures of the work, what may be done now."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.errors import AnwangError
from db.queries import evidence as evidence_queries
from db.queries import work_orders as queries
from db.queries.evidence import EvidenceSeen
from db.queries.work_orders import OrderDetail, OrderRow, OrderStepRow
from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Refusal
from db.rules.order_lifecycle import (
    NEEDS_WORDS,
    ORDER_STEPS,
    GivenTo,
    OrderAct,
    OrderCase,
    OrderState,
    order_step,
)
from portal import asking, hazard_words, regions, words
from portal.asking import Asker
from portal.components.case import ActForm, Field, Happened, act_forms, back_to_list, due, facts, timeline
from portal.components.evidence import gallery, upload_box
from portal.components.layout import badge, note, panel
from portal.locale import _
from portal.pages.orders import ids
from portal.pages.orders.rows import doer

AWAITED = {
    OrderState.GIVEN: OrderAct.ACCEPT,
    OrderState.ACCEPTED: OrderAct.ARRIVE,
    OrderState.ARRIVED: OrderAct.FINISH,
    OrderState.FINISHED: OrderAct.CONFIRM,
    OrderState.REFUSED: OrderAct.GIVE_AGAIN,
    OrderState.HANDED_BACK: OrderAct.GIVE_AGAIN,
}


def side(chosen: int | None) -> Any:
    if chosen is None:
        return note(_("Choose a work order to see who does it, where it stands, and by when."), "hint")
    now, asker = datetime.now(UTC), asking.current()
    try:
        with asking.reading() as session:
            order = queries.one(session, chosen)
            seen = evidence_queries.of_order(session, chosen)
    except AnwangError as refusal:
        return [back_to_list("/orders"), note(_(str(refusal)), "error")]
    row = order.row
    colour = "good" if row.act_by is None else "critical" if row.is_overdue(now) else "notice"
    return [
        back_to_list("/orders"),
        html.Div(
            [badge(hazard_words.order_state(row.state), colour), due(row.act_by, now)],
            className="case-head",
        ),
        html.Div(
            [
                dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}"),
                html.Span(
                    f"{regions.named(row.city_name, row.county_name)} · {doer(row)}",
                    className="quiet",
                ),
            ],
            className="case-place",
        ),
        html.P(row.what, className="case-what"),
        html.Div(pictures(seen, now), id=ids.PICTURES),
        act_forms(ids.KIND, row.id, _forms(order, asker)),
        panel(_("About it"), _facts(row)),
        panel(_("What happened"), timeline([_happened(step) for step in order.steps], now)),
    ]


def pictures(seen: Sequence[EvidenceSeen], now: datetime) -> Component:
    return panel(_("Pictures of the work"), gallery(seen, now, _("No photograph yet")))


def shown_pictures(order_id: int) -> Component:
    """The pictures alone, anew: what is being typed beside them stays."""
    with asking.reading() as session:
        return pictures(evidence_queries.of_order(session, order_id), datetime.now(UTC))


def _forms(order: OrderDetail, asker: Asker) -> list[ActForm]:
    """Acts of this state that are this role's."""
    row = order.row
    case = OrderCase(OrderState(row.state), GivenTo(row.given_to), Role(row.giver_role), True)
    shown = []
    for act in OrderAct:
        if (case.state, act) not in ORDER_STEPS:
            continue
        if isinstance(order_step(case, act, asker.role, "words"), Refusal):
            continue
        shown.append(_form(act, row, asker, AWAITED.get(case.state) is act))
    return sorted(shown, key=lambda form: not form.is_main)


def _form(act: OrderAct, row: OrderRow, asker: Asker, is_main: bool) -> ActForm:
    names = {
        OrderAct.ACCEPT: _("Take it on"),
        OrderAct.REFUSE: _("Refuse"),
        OrderAct.ARRIVE: _("I am on the spot"),
        OrderAct.FINISH: _("The work is done"),
        OrderAct.HAND_BACK: _("Hand back"),
        OrderAct.CONFIRM: _("Confirm the work"),
        OrderAct.RETURN: _("Return it, to be done again"),
        OrderAct.GIVE_AGAIN: _("Give it again"),
        OrderAct.CANCEL: _("Withdraw"),
    }
    fields: tuple[Field, ...] = (Field("words", _("Why") if act in NEEDS_WORDS else _("Remark")),)
    above: Component | None = None
    if act is OrderAct.FINISH:
        hint = _("Of the finished work. JPEG, PNG, WebP or PDF.")
        above = upload_box("order", row.id, "after", asker.csrf_token, ids.ADDED, hint)
    elif act is OrderAct.ARRIVE:
        above = html.P(_("The telephone is asked where it is; the order keeps how far that is from the venue."))
    elif act is OrderAct.GIVE_AGAIN:
        hint = _("Left empty, the urgency's.")
        fields = (*fields, Field("finish_on", _("To be finished by"), "date", hint=hint))
    return ActForm(act, names[act], fields, above=above, is_main=is_main)


def _facts(row: OrderRow) -> Component:
    about: list[Any] = []
    if row.hazard_id:
        about = [_("Hazard"), " ", dcc.Link(f"#{row.hazard_id}", href=f"/hazards?hazard={row.hazard_id}")]
    elif row.alarm_id:
        about = [_("Alarm"), " ", dcc.Link(f"#{row.alarm_id}", href=f"/alarms?alarm={row.alarm_id}")]
    elif row.device_code:
        about = [_("Device"), " ", dcc.Link(row.device_code, href=f"/devices/{row.device_code}")]
    metres = _("{n} m from the venue").format(n=f"{row.arrived_metres:,}") if row.arrived_metres is not None else ""
    return facts(
        (
            (_("Number"), str(row.id)),
            (_("About"), about or None),
            (_("Requirement"), row.requirement),
            (_("Given by"), f"{row.given_by_name}（{words.role(row.giver_role)}） {words.moment(row.given_at)}"),
            (_("Given to"), doer(row)),
            (_("Taken on by"), row.doer_name),
            (_("Take on by"), _kept(row.accept_by, row.accepted_at)),
            (_("Arrive by"), f"{_kept(row.arrive_by, row.arrived_at)} {metres}".strip()),
            (_("Finish by"), _kept(row.finish_by, row.finished_at)),
        )
    )


def _kept(by: datetime, at: datetime | None) -> str:
    """A deadline and what became of it."""
    said = words.moment(by)
    if at is None:
        return said
    return f"{said} · " + (_("in time, {at}") if at <= by else _("late, {at}")).format(at=words.moment(at))


def _happened(step: OrderStepRow) -> Happened:
    role = f"（{words.role(step.actor_role)}）" if step.actor_role else ""
    said = [step.note or ""]
    if step.facts.get("metres") is not None:
        said.append(_("{n} m from the venue").format(n=f"{step.facts['metres']:,}"))
    return Happened(
        step.at,
        hazard_words.order_step(step.step),
        f"{step.actor_name}{role}",
        " · ".join(part for part in said if part),
    )
