"""Checking a device list against the record: each row is new, on record already, or refused with every reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.device_import.sheet import DeviceRow
from db.rules.device_checks import ReadDevice, read_device
from db.rules.written_values import folded

_VENUES = text("select id, code, name, county from venues")
_DEVICES = text(
    "select id, code, kind, model, venue_id, installed_on, retired_on from devices where code = any (:codes)"
)
_ADDRESSES = text(
    "select a.door, a.address, d.code from device_addresses a join devices d on d.id = a.device_id"
    " where (a.door, a.address) in (select * from unnest(cast(:doors as text[]), cast(:addresses as text[])))"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row with every reason against it."""

    row: DeviceRow
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device that will be recorded, in its venue."""

    read: ReadDevice
    venue_id: int
    county: int


@dataclass(slots=True)
class Checked:
    """Rows by what becomes of them."""

    new: list[NewDevice] = field(default_factory=list)
    on_record: list[DeviceRow] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the record has that the rows may meet, within the importer's scope."""

    by_code: Mapping[str, tuple[int, int]]
    by_name: Mapping[str, list[tuple[int, int]]]
    devices: Mapping[str, tuple[str, str, int, date, bool]]
    addresses: Mapping[tuple[str, str], str]


def check(session: Session, rows: Sequence[DeviceRow], today: date) -> Checked:
    """What becomes of each row."""
    read = [(row, read_device(row.written, today)) for row in rows]
    known = _known(session, [each for _row, each in read if isinstance(each, ReadDevice)])
    done, codes, addresses = Checked(), dict[str, int](), dict[tuple[str, str], int]()
    in_file = {each.code for _row, each in read if isinstance(each, ReadDevice)}
    for row, device in read:
        if not isinstance(device, ReadDevice):
            done.refused.append(Refusal(row, device))
            continue
        place, reasons = _place(row, known)
        reasons += _meets(device, known, codes, addresses)
        if device.gateway and device.gateway not in known.devices and device.gateway not in in_file:
            reasons.append(f"网关编号“{device.gateway}”不在库中，也不在本表中")
        before = known.devices.get(device.code)
        if before is not None and place is not None:
            reasons += _differences(device, place[0], before)
        if reasons or place is None:
            done.refused.append(Refusal(row, tuple(reasons)))
            continue
        codes[device.code] = row.number
        addresses |= dict.fromkeys(device.addresses, row.number)
        if before is not None:
            done.on_record.append(row)
        else:
            done.new.append(NewDevice(device, *place))
    return done


def _place(row: DeviceRow, known: _Known) -> tuple[tuple[int, int] | None, list[str]]:
    """The venue, by its code or else by a name that is one venue's alone."""
    written = row.written
    if written.venue_code:
        found = known.by_code.get(written.venue_code)
        return found, [] if found else [f"没有编码为“{written.venue_code}”的场所，或不在您的管理范围内"]
    called = known.by_name.get(folded(written.venue), [])
    if len(called) == 1:
        return called[0], []
    if called:
        return None, [f"有 {len(called)} 个场所叫“{written.venue}”，请填写场所编码"]
    return None, [f"没有名为“{written.venue}”的场所，或不在您的管理范围内"]


def _meets(
    device: ReadDevice, known: _Known, codes: Mapping[str, int], addresses: Mapping[tuple[str, str], int]
) -> list[str]:
    """Reasons of a code or an address that is another's, on record or in this file."""
    reasons = []
    if device.code in codes:
        reasons.append(f"设备编号与第 {codes[device.code]} 行相同")
    for door, address in device.addresses:
        holder = known.addresses.get((door, address))
        if holder is not None and holder != device.code:
            reasons.append(f"地址“{address}”已属于设备 {holder}")
        elif (door, address) in addresses:
            reasons.append(f"地址“{address}”与第 {addresses[door, address]} 行相同")
    return reasons


def _differences(device: ReadDevice, venue_id: int, before: tuple[str, str, int, date, bool]) -> list[str]:
    kind, model, venue, installed_on, is_retired = before
    if is_retired:
        return [f"设备 {device.code} 已停用，不能再次导入"]
    pairs = {
        "设备类型": (device.kind.value, kind),
        "型号": (device.model, model),
        "场所": (venue_id, venue),
        "安装日期": (device.installed_on, installed_on),
    }
    said = [name for name, (new, old) in pairs.items() if new != old]
    return [f"设备 {device.code} 已在库，但{'、'.join(said)}与库中不同；导入不修改已有设备"] if said else []


def _known(session: Session, devices: Sequence[ReadDevice]) -> _Known:
    by_code: dict[str, tuple[int, int]] = {}
    by_name: dict[str, list[tuple[int, int]]] = {}
    for venue in session.execute(_VENUES):
        by_code[venue.code] = venue.id, venue.county
        by_name.setdefault(folded(venue.name), []).append((venue.id, venue.county))
    codes = [*{device.code for device in devices}, *{device.gateway for device in devices if device.gateway}]
    asked = [address for device in devices for address in device.addresses]
    held = session.execute(
        _ADDRESSES, {"doors": [door for door, _a in asked], "addresses": [address for _d, address in asked]}
    )
    return _Known(
        by_code,
        by_name,
        {
            row.code: (row.kind, row.model, row.venue_id, row.installed_on, row.retired_on is not None)
            for row in session.execute(_DEVICES, {"codes": codes})
        },
        {(row.door, row.address): row.code for row in held},
    )
