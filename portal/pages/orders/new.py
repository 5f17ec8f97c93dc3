"""Giving a work order about an alarm, a hazard, a device or a venue."""

from datetime import UTC, date, datetime
from typing import Any

from dash import dcc, html

from db.commands import work_orders as commands
from db.commands.acting import Acting
from db.commands.work_orders import NewOrder
from db.errors import AnwangError, InvalidInput
from db.queries import work_orders as queries
from db.queries.work_orders import OrderSubject
from db.rules.order_lifecycle import MAY_GIVE, GivenTo, Urgency
from portal import asking, hazard_words, words
from portal.components.case import Field, labelled
from portal.components.layout import note, panel
from portal.locale import _
from portal.pages.orders import ids
from portal.words import HERE


def new_panel(subject: tuple[str, int] | None) -> Any:
    """The form; what the order is about comes from the address."""
    asker = asking.current()
    if asker.role not in MAY_GIVE:
        return note(_("Your role does not give such orders."))
    if subject is None:
        return note(_("A work order is given from an alarm, a hazard, a device or a venue: open one first."))
    try:
        with asking.reading() as session:
            about = queries.subject(session, *subject)
            units = queries.units(session, about.venue_id, datetime.now(UTC).astimezone(HERE).date())
    except AnwangError as refusal:
        return note(_(str(refusal)), "error")
    receivers = [(f"unit:{unit.id}", unit.name) for unit in units]
    if GivenTo.VENUE in MAY_GIVE[asker.role]:
        receivers.append(("venue", _("The venue itself")))
    if not receivers:
        return note(_("No maintainer has a contract with this venue today."))
    urgencies = tuple((urgency.value, hazard_words.urgency(urgency)) for urgency in Urgency)
    return panel(
        _("New work order"),
        dcc.Store(id=ids.SUBJECT, data=list(subject)),
        html.P([html.B(about.venue_name), html.Br(), html.Span(_about(about), className="quiet")]),
        html.Div(
            [
                labelled(Field("to", _("Given to"), "choice", receivers[0][0], tuple(receivers)), _key("to")),
                labelled(Field("what", _("What is to be done"), value=_proposed(about)), _key("what")),
                labelled(Field("requirement", _("Requirement: what it must be like afterwards")), _key("requirement")),
                labelled(Field("urgency", _("Urgency"), "choice", Urgency.USUAL, urgencies), _key("urgency")),
                labelled(
                    Field("finish_on", _("To be finished by"), "date", hint=_("Left empty, the urgency's.")),
                    _key("finish_on"),
                ),
                html.Button(_("Give the order"), id=ids.NEW, className="primary", n_clicks=0),
            ],
            className="case-form",
        ),
        aside=dcc.Link(_("Close"), href="/orders"),
    )


def _key(name: str) -> dict[str, str]:
    return {"type": "order-new-field", "name": name}


def _about(about: OrderSubject) -> str:
    names = {"alarm": _("Alarm"), "hazard": _("Hazard"), "device": _("Device"), "venue": _("Venue")}
    said = words.alarm_kind(about.what) if about.kind == "alarm" else about.what
    return f"{names[about.kind]} #{about.id} · {said}" if said else names[about.kind]


def _proposed(about: OrderSubject) -> str:
    """A hazard's words are the work's; the others are said by whoever gives the order."""
    return about.what if about.kind == "hazard" else ""


def give(subject: list[Any], filled: dict[str, str]) -> int:
    """The order's number; refusals are of `db.errors`."""
    asker = asking.current()
    kind, _colon, unit = filled["to"].partition(":")
    order = NewOrder(
        str(subject[0]),
        int(subject[1]),
        GivenTo.MAINTAINER if kind == "unit" else GivenTo.VENUE,
        filled.get("what", ""),
        int(unit) if unit else None,
        filled.get("requirement", ""),
        Urgency(filled["urgency"]),
        day(filled.get("finish_on")),
    )
    acting = Acting(asker.person_id, asker.name, asker.role, asker.address)
    with asking.reading() as session:
        return commands.give(session, order, acting, datetime.now(UTC))


def day(written: str | None) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError as error:
        raise InvalidInput("A day is written as 2024-01-15.") from error
