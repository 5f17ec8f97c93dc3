"""What confirming does: the form read, each refusal one sentence, the device bound."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.commands import binding
from db.commands.binding import Bound, NewDevice, Outcome, Placing, Seen
from db.commands.people import Operator
from db.errors import InvalidInput, NotAllowed
from db.queries import binding as binding_queries
from db.queries.binding import AwaitingInstallation, VenueChoice
from db.rules import device_identity
from db.rules.device_checks import Area, read_area
from db.rules.device_identity import DeviceIdentity
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.device_recognition import NumberKind, ReadNumber, read_number
from db.rules.doors import GBT45839, IDENTITY
from db.rules.role_acts import BIND_DEVICES
from db.rules.written_values import Refused, narrow
from portal import asking
from portal.components.layout import panel
from portal.locale import _
from portal.pages.bind import ids

PLATFORMS = ("ctwing", "onenet")


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it was filled in."""

    venue: int | None
    area: int | None
    floor: str | None
    area_name: str | None
    area_kind: str | None
    kind: str | None
    model: str | None
    platform: str | None
    code: str | None


def bind(named: str, seen: Any, filled: Filled, today: date) -> Component:
    """Move the device that was shown, or put it on the books; answers what became of it."""
    asker = asking.current()
    if asker.role not in BIND_DEVICES:
        raise NotAllowed("Your role may look, not act.")
    number = read_number(named)
    if number is None:
        raise InvalidInput("This cannot be the number of a device.")
    placing = _placing(filled)
    operator = Operator(asker.person_id, asker.name, asker.address)
    with asking.reading() as session:
        device = binding_queries.device(session, number)
        if device is not None:
            if not isinstance(seen, list) or len(seen) != 2:
                raise binding.bound_meanwhile()
            bound = binding.move(session, device.code, Seen(*seen), placing, operator)
        else:
            awaiting = binding_queries.awaiting(session, number)
            if awaiting is None and number.kind not in (NumberKind.IDENTITY, NumberKind.IMEI):
                raise binding.not_known()
            new = _new(number, awaiting, filled)
            bound = binding.register(session, new, placing, operator, today)
        venue = binding_queries.venue(session, bound.venue_id)
    return _done(bound, venue)


def _placing(filled: Filled) -> Placing:
    if not filled.venue:
        raise InvalidInput("Choose the venue in which the device hangs.")
    if filled.area is None:
        raise InvalidInput("Choose the area in which the device hangs.")
    if filled.area == ids.NEW_AREA:
        return Placing(int(filled.venue), new_area=_new_area(filled))
    return Placing(int(filled.venue), area_id=int(filled.area) or None)


def _new_area(filled: Filled) -> Area:
    try:
        kind = AreaKind(filled.area_kind) if filled.area_kind in set(AreaKind) else None
        return read_area(filled.area_name or "", kind, filled.floor or "")
    except Refused as refusal:
        if not (filled.area_name or "").strip():
            raise InvalidInput("A new area needs a name.") from refusal
        if "楼层" in str(refusal):
            raise InvalidInput("A floor is written like 3 or -1.") from refusal
        raise InvalidInput("Choose the kind of the new area.") from refusal


def _new(number: ReadNumber, awaiting: AwaitingInstallation | None, filled: Filled) -> NewDevice:
    """The device as it will stand on the books, with all the numbers that it is known by."""
    if filled.kind not in set(DeviceKind):
        raise InvalidInput("Choose the kind of the device.")
    model = narrow(filled.model or "")
    if not model or len(model) > 60 or not model.isprintable():
        raise InvalidInput("A model has 1 to 60 characters.")
    told = read_number(filled.code or "")
    if told is None or not told.text.isascii() or " " in told.text or not 2 <= len(told.text) <= 64:
        raise InvalidInput("A device's number has 2 to 64 letters, digits, dots, dashes or underscores.")
    if told.kind is NumberKind.OTHER:
        raise InvalidInput("A device's number has 2 to 64 letters, digits, dots, dashes or underscores.")
    addresses = _addresses(number, awaiting, filled.platform)
    return NewDevice(told.text, DeviceKind(filled.kind), model, addresses, awaiting.id if awaiting else None)


def _addresses(
    number: ReadNumber, awaiting: AwaitingInstallation | None, platform: str | None
) -> tuple[tuple[str, str], ...]:
    found = dict[tuple[str, str], None]()
    if number.kind is NumberKind.IDENTITY:
        found[IDENTITY, number.text] = None
    if number.kind is NumberKind.IMEI and awaiting is None:
        if platform not in PLATFORMS:
            raise InvalidInput("Choose the platform of the device's SIM card.")
        found[platform, number.text] = None
    if awaiting is not None:
        found[GBT45839, f"{awaiting.company}:{awaiting.serial}"] = None
        if isinstance(device_identity.parse(awaiting.serial), DeviceIdentity):
            found[IDENTITY, awaiting.serial] = None
    return tuple(found)


def _done(bound: Bound, venue: VenueChoice) -> Component:
    area = next((f"{each.floor}F {each.name}" for each in venue.areas if each.id == bound.area_id), _("No area"))
    words = {
        Outcome.REGISTERED: _("{code} is on the books: {venue}, {area}."),
        Outcome.MOVED: _("{code} hangs here now: {venue}, {area}."),
        Outcome.JOINED: _("{code} is known by this number too: {venue}, {area}."),
    }
    sentence = words[bound.outcome].format(code=bound.code, venue=venue.name, area=area)
    return panel(
        _("Bound"),
        html.P(sentence, className="state-sentence good"),
        html.P(_("What it says is taken at once; its page shows when it is heard."), className="quiet"),
        html.Div(
            [
                dcc.Link(_("See the device"), href=f"/devices/{bound.code}", className="button"),
                html.A(_("Bind the next one"), href=f"/bind?venue={bound.venue_id}", className="button primary"),
            ],
            className="bind-next",
        ),
    )
