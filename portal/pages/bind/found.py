"""What was read from a device, explained: the number, its parts, and what the record knows of it."""

from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.binding import AwaitingInstallation, DeviceHung
from db.rules import device_identity
from db.rules.device_identity import DeviceIdentity
from db.rules.device_recognition import NumberKind, ReadNumber
from portal import words
from portal.components.layout import badge, note, panel
from portal.locale import _


@dataclass(frozen=True, slots=True)
class Found:
    """A number with what it stands for."""

    number: ReadNumber
    device: DeviceHung | None = None
    awaiting: AwaitingInstallation | None = None

    @property
    def can_be_new(self) -> bool:
        """A device's own number, or a vendor's entry; a mere code that nobody knows is a mistake in typing."""
        return self.awaiting is not None or self.number.kind in (NumberKind.IDENTITY, NumberKind.IMEI)


def shown(found: Found) -> list[Component]:
    """The number's parts, then the device or the vendor's entry."""
    told: list[Component] = [panel(_("What was read"), _table(_number(found)))]
    if found.device is not None:
        told.append(_device(found.device))
    elif found.awaiting is not None:
        told.append(panel(_("Put on the books by its maker, not bound yet"), _table(_facts(found.awaiting))))
    elif not found.can_be_new:
        told.append(note(_not_known(found.number), "error"))
    else:
        told.append(note(_("Not on the books yet: it is put there when you confirm.")))
    return told


def _not_known(number: ReadNumber) -> str:
    sentence = _("There is no such device within your scope.")
    fault = number.identity_fault or ""
    if "net type" in fault:
        return sentence + _("It is as long as an identity, but its network type is none of 00 to 05.")
    if "date" in fault:
        return sentence + _("It is as long as an identity, but characters 7 to 12 are no date.")
    return sentence


def _number(found: Found) -> list[tuple[str, str]]:
    number = found.number
    kinds = {
        NumberKind.IDENTITY: _("Identity by GB/T 45839-2025, 27 characters"),
        NumberKind.IMEI: _("IMEI, check digit right"),
        NumberKind.CODE: _("Device number"),
        NumberKind.OTHER: _("Serial number"),
    }
    rows = [(_("Device number"), number.text), (_("This is"), kinds[number.kind])]
    return rows + (_parts(number.identity) if number.identity is not None else [])


def _parts(identity: DeviceIdentity) -> list[tuple[str, str]]:
    net = _("by wire") if identity.net_type == device_identity.BY_WIRE else identity.net
    return [
        (_("Maker (characters 1 to 4)"), identity.company),
        (_("Network (5 and 6)"), f"{identity.net_type} · {net}"),
        (_("Made on (7 to 12)"), identity.made_on.isoformat()),
        (_("Serial number (13 to 21)"), identity.serial),
        (_("Type (22 and 23)"), identity.device_type),
        (
            _("Check (24 to 27)"),
            _("{check}, not verified: its keys are the fire authority's").format(check=identity.check),
        ),
    ]


def _facts(entry: AwaitingInstallation) -> list[tuple[str, str]]:
    names = {
        "name": _("Name"),
        "categoryName": _("Category"),
        "netType": _("Network"),
        "client": _("Customer"),
        "address": _("Address"),
        "deviceAddress": _("Place"),
        "productingDate": _("Made on"),
        "activeTime": _("In use since"),
        "organizationName": _("Organisation"),
        "area": _("Area"),
    }
    told = [(name, str(entry.facts[key])) for key, name in names.items() if entry.facts.get(key)]
    return [(_("Maker"), entry.company), (_("Serial number"), entry.serial), *told]


def _device(device: DeviceHung) -> Component:
    place = _("No area") if device.area_name is None else f"{device.floor}F {device.area_name}"
    return panel(
        _("On the books"),
        html.Div(
            [
                dcc.Link(html.B(device.code), href=f"/devices/{device.code}"),
                html.Span(f"{words.device_kind(device.kind)} · {device.model}", className="quiet"),
            ],
            className="bind-line",
        ),
        html.Div(
            [dcc.Link(device.venue_name, href=f"/venues/{device.venue_id}"), html.Span(place)], className="bind-line"
        ),
        note(_("Out of use: it cannot be bound."), "error") if device.retired_on is not None else None,
        aside=badge(_("heard"), "good") if device.is_heard else badge(_("never heard")),
    )


def _table(rows: list[tuple[str, str]]) -> Component:
    return html.Table(
        html.Tbody([html.Tr([html.Td(name, className="quiet"), html.Td(told)]) for name, told in rows]),
        className="compact bind-facts",
    )
