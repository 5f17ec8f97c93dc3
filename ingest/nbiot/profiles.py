"""What the fields of a product mean: one reading of each field by name, and codes that differ from product to product.

A product is given its profile by `ANWANG_NBIOT_PRODUCTS`; one that is not named there is read by the names of its
fields, and a status code that nobody has described rings nothing: it is recorded in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from db.rules.signal_kinds import SignalKind


class Sense(StrEnum):
    """What a status code says."""

    NORMAL = "normal"
    ALARM = "alarm"
    FAULT = "fault"
    TEST = "test"
    WORDS = "words"
    """Neither: to be read, not to ring."""


@dataclass(frozen=True, slots=True)
class Code:
    """A status code: what it says, and how it is read out."""

    sense: Sense
    zh: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A field that holds a reading; the value times `factor` is in the signal's own unit."""

    signal: SignalKind
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Status:
    """A field that holds a status code of the sensor behind `signal`."""

    signal: SignalKind
    codes: Mapping[str, Code]


@dataclass(frozen=True, slots=True)
class Profile:
    """How a product's fields are read; names in small letters without underscores."""

    name: str
    readings: Mapping[str, Reading] = field(default_factory=dict)
    statuses: Mapping[str, Status] = field(default_factory=dict)


NORMAL, ALARM = Code(Sense.NORMAL, "正常"), Code(Sense.ALARM, "报警")
FAULT = Code(Sense.FAULT, "故障")
_COUNTERS = (
    "energy",
    "totalenergy",
    "activeenergy",
    "totalactiveenergy",
    "electricenergy",
    "electricity",
    "kwh",
    "epi",
)
"""What vendors call a meter's counter, in kWh."""
_BINARY = {"0": NORMAL, "1": ALARM}
_READINGS = {
    "temperature": Reading(SignalKind.TEMPERATURE),
    "temp": Reading(SignalKind.TEMPERATURE),
    "tdata": Reading(SignalKind.TEMPERATURE),
    "gasvalue": Reading(SignalKind.GAS),
    "gasconcentration": Reading(SignalKind.GAS),
    "smokevalue": Reading(SignalKind.SMOKE),
    "residualcurrent": Reading(SignalKind.RESIDUAL_CURRENT),
    "leakagecurrent": Reading(SignalKind.RESIDUAL_CURRENT),
    "cabletemperature": Reading(SignalKind.CABLE_TEMPERATURE),
    "waterpressure": Reading(SignalKind.WATER_PRESSURE),
    "current": Reading(SignalKind.CURRENT),
    **dict.fromkeys(_COUNTERS, Reading(SignalKind.ENERGY)),
    "3305/5805": Reading(SignalKind.ENERGY, 0.001),
    "3331/5805": Reading(SignalKind.ENERGY, 0.001),
    "3303/5700": Reading(SignalKind.TEMPERATURE),
}
"""Objects of LwM2M by OMA's registry where a name has a stroke: 3303 is temperature, 5700 its value; 5805 is energy in
Wh."""
_STATUSES = {
    "smokestate": Status(SignalKind.SMOKE, _BINARY),
    "smokealarm": Status(SignalKind.SMOKE, _BINARY),
    "firealarm": Status(SignalKind.SMOKE, _BINARY),
    "gassensorstate": Status(
        SignalKind.GAS, {"0": NORMAL, "1": Code(Sense.ALARM, "低浓度报警"), "2": Code(Sense.ALARM, "高浓度报警")}
    ),
    "gasalarm": Status(SignalKind.GAS, _BINARY),
    "faultstate": Status(SignalKind.FAULT, {"0": NORMAL, "1": FAULT}),
    "errorcode": Status(SignalKind.FAULT, {"0": NORMAL}),
    "tamperstate": Status(SignalKind.FAULT, {"0": NORMAL, "1": Code(Sense.FAULT, "被拆卸")}),
}
_STATE_TABLE: Mapping[str, Code] = {
    "0": NORMAL,
    "1": ALARM,
    "2": Code(Sense.WORDS, "已消音"),
    "4": Code(Sense.FAULT, "电池低压"),
    "5": FAULT,
    "6": Code(Sense.FAULT, "数据异常"),
    "7": NORMAL,
    "8": Code(Sense.WORDS, "收到单次消音指令"),
    "9": Code(Sense.WORDS, "收到连续消音指令"),
    "10": Code(Sense.FAULT, "被拆卸"),
    "11": Code(Sense.NORMAL, "拆卸恢复"),
    "12": Code(Sense.WORDS, "在线"),
    "13": Code(Sense.FAULT, "异常"),
    "14": Code(Sense.TEST, "模拟报警"),
}
"""Codes of `Alarm_Status` in the smoke detectors that the topic v1/up/ad19prof is seen with most."""

BY_NAME = Profile("by-name", _READINGS, _STATUSES | {"alarmstatus": Status(SignalKind.SMOKE, _STATE_TABLE)})
PROFILES = {
    profile.name: profile
    for profile in (
        BY_NAME,
        Profile("plain", _READINGS, _STATUSES | {"alarmstatus": Status(SignalKind.SMOKE, _BINARY)}),
        Profile("state-table", _READINGS, _STATUSES | {"alarmstatus": Status(SignalKind.SMOKE, _STATE_TABLE)}),
        Profile("gas", _READINGS, _STATUSES | {"alarmstatus": Status(SignalKind.GAS, _BINARY)}),
        Profile("electricity", _READINGS, _STATUSES | {"alarmstatus": Status(SignalKind.ARC, _BINARY)}),
    )
}


def profiles_of(listed: str) -> dict[str, Profile]:
    """Products and their profiles, as the setting holds them; an unknown profile is read by name."""
    pairs = (each.split("=") for each in listed.split(",") if each.strip())
    return {product.strip(): PROFILES.get(name.strip(), BY_NAME) for product, name in pairs}
