"""Kinds of device and of controlled area."""

from enum import StrEnum


class DeviceKind(StrEnum):
    SMOKE_DETECTOR = "smoke_detector"
    HEAT_DETECTOR = "heat_detector"
    GAS_DETECTOR = "gas_detector"
    ELECTRICITY_METER = "electricity_meter"
    CAMERA = "camera"
    LOUDSPEAKER_COLUMN = "loudspeaker_column"
    HYDRANT = "hydrant"
    USER_TRANSMISSION_DEVICE = "user_transmission_device"
    MANUAL_CALL_POINT = "manual_call_point"


class AreaKind(StrEnum):
    ENTRANCE = "entrance"
    ESCAPE_ROUTE = "escape_route"
    CORRIDOR = "corridor"
    STAIRS = "stairs"
    DORMITORY = "dormitory"
    CLASSROOM = "classroom"
    LABORATORY = "laboratory"
    KITCHEN = "kitchen"
