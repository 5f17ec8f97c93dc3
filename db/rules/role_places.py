"""Which kind of place each role is held for."""

from enum import StrEnum

from db.rules.access_scope import Role


class PlaceKind(StrEnum):
    """The value is the option that names the place on the command line."""

    REGION = "region"
    VENUE = "venue"
    MAINTAINER = "maintainer"


REGION_LEVEL: dict[Role, str] = {Role.PROVINCE: "province", Role.CITY: "city", Role.COUNTY: "county"}
"""Roles that are held for a region of one level; the other regional roles take any."""


def place_kind(role: Role) -> PlaceKind:
    """A venue's people and a maintainer's are held to theirs; everybody else to a region."""
    return {Role.VENUE: PlaceKind.VENUE, Role.MAINTAINER: PlaceKind.MAINTAINER}.get(role, PlaceKind.REGION)
