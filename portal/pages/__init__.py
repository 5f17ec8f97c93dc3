"""The pages, registered by hand."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash
from dash.development.base_component import Component

from db.rules.access_scope import Role
from db.rules.role_acts import BIND_DEVICES, DRAW_PLANS, DRAW_ZONES, EDIT_PLAYLISTS
from portal.locale import _
from portal.pages.alarms import page as alarms
from portal.pages.appeals import page as appeals
from portal.pages.audit import page as audit
from portal.pages.bind import page as bind
from portal.pages.bulletin import page as bulletin
from portal.pages.bulletins import page as bulletins
from portal.pages.cameras import page as cameras
from portal.pages.conformance import page as conformance
from portal.pages.deadlines import page as deadlines
from portal.pages.device import page as device
from portal.pages.devices import page as devices
from portal.pages.duty import page as duty
from portal.pages.excused import page as excused
from portal.pages.hazards import page as hazards
from portal.pages.labels import page as labels
from portal.pages.ladders import page as ladders
from portal.pages.map import page as map_page
from portal.pages.messages import page as messages
from portal.pages.orders import page as orders
from portal.pages.outbox import page as outbox
from portal.pages.patrol import page as patrol
from portal.pages.plan import page as plan
from portal.pages.playlist import page as playlist
from portal.pages.rankings import page as rankings
from portal.pages.venue import page as venue
from portal.pages.vision import page as vision
from portal.pages.wall import page as wall
from portal.pages.windows import page as windows
from portal.pages.zones import page as zones

REGIONAL = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.ANALYST, Role.ADMINISTRATOR})
PEOPLE = REGIONAL | {Role.VENUE, Role.MAINTAINER}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it is, who may see it, what it shows."""

    name: str
    path: re.Pattern[str]
    """The whole path; named groups become arguments of `layout`."""
    title: Callable[[], str]
    layout: Callable[..., Component]
    register_callbacks: Callable[[Dash], None]
    roles: frozenset[Role]
    menu_path: str | None = None
    icon: str = ""
    bare: bool = False
    """Shown without header and menu."""
    follows: bool = False
    """Where only what the address asks changes, it draws its own parts; every other page is drawn anew whole."""

    def arguments(self, path: str) -> dict[str, Any] | None:
        """What the path says, or None where it is not this page's."""
        found = self.path.fullmatch(path)
        return None if found is None else found.groupdict()


PAGES: tuple[Page, ...] = (
    Page(
        "map",
        re.compile("/"),
        lambda: _("Map"),
        map_page.layout,
        map_page.register_callbacks,
        PEOPLE,
        menu_path="/",
        icon="map",
        follows=True,
    ),
    Page(
        "alarms",
        re.compile("/alarms"),
        lambda: _("Alarms"),
        alarms.layout,
        alarms.register_callbacks,
        PEOPLE,
        menu_path="/alarms",
        icon="bell",
        follows=True,
    ),
    Page(
        "hazards",
        re.compile("/hazards"),
        lambda: _("Hazards"),
        hazards.layout,
        hazards.register_callbacks,
        PEOPLE,
        menu_path="/hazards",
        icon="hazard",
        follows=True,
    ),
    Page(
        "orders",
        re.compile("/orders"),
        lambda: _("Work orders"),
        orders.layout,
        orders.register_callbacks,
        PEOPLE,
        menu_path="/orders",
        icon="order",
        follows=True,
    ),
    Page(
        "devices",
        re.compile("/devices"),
        lambda: _("Devices"),
        devices.layout,
        devices.register_callbacks,
        PEOPLE,
        menu_path="/devices",
        icon="device",
        follows=True,
    ),
    Page(
        "cameras",
        re.compile("/cameras"),
        lambda: _("Cameras"),
        cameras.layout,
        cameras.register_callbacks,
        PEOPLE,
        menu_path="/cameras",
        icon="camera",
        follows=True,
    ),
    Page(
        "zones",
        re.compile(r"/cameras/(?P<camera_id>\d{1,9})/zones"),
        lambda: _("Zones and rules"),
        zones.layout,
        zones.register_callbacks,
        DRAW_ZONES,
    ),
    Page(
        "vision",
        re.compile("/vision"),
        lambda: _("Review of vision"),
        vision.layout,
        vision.register_callbacks,
        PEOPLE,
        menu_path="/vision",
        icon="eye",
        follows=True,
    ),
    Page(
        "patrol",
        re.compile("/patrol"),
        lambda: _("Online patrol"),
        patrol.layout,
        patrol.register_callbacks,
        REGIONAL,
        menu_path="/patrol",
        icon="patrol",
        follows=True,
    ),
    Page(
        "duty",
        re.compile("/duty"),
        lambda: _("Duty"),
        duty.layout,
        duty.register_callbacks,
        PEOPLE,
        menu_path="/duty",
        icon="duty",
    ),
    Page(
        "windows",
        re.compile("/windows"),
        lambda: _("Drills and maintenance"),
        windows.layout,
        windows.register_callbacks,
        PEOPLE,
        menu_path="/windows",
        icon="window",
    ),
    Page(
        "messages",
        re.compile("/messages"),
        lambda: _("Messages"),
        messages.layout,
        messages.register_callbacks,
        PEOPLE,
        menu_path="/messages",
        icon="message",
        follows=True,
    ),
    Page(
        "rankings",
        re.compile("/rankings"),
        lambda: _("Rankings"),
        rankings.layout,
        rankings.register_callbacks,
        REGIONAL,
        menu_path="/rankings",
        icon="bars",
        follows=True,
    ),
    Page(
        "excused",
        re.compile("/excused"),
        lambda: _("Excused venues"),
        excused.layout,
        excused.register_callbacks,
        REGIONAL,
    ),
    Page(
        "bulletins",
        re.compile("/bulletins"),
        lambda: _("Bulletins"),
        bulletins.layout,
        bulletins.register_callbacks,
        REGIONAL,
        menu_path="/bulletins",
        icon="bulletin",
    ),
    Page(
        "bulletin",
        re.compile(r"/bulletins/(?P<bulletin_id>\d{1,9})"),
        lambda: _("Bulletin"),
        bulletin.layout,
        bulletin.register_callbacks,
        REGIONAL,
    ),
    Page(
        "audit",
        re.compile("/audit"),
        lambda: _("Audit of a bulletin"),
        audit.layout,
        audit.register_callbacks,
        REGIONAL,
        menu_path="/audit",
        icon="audit",
    ),
    Page(
        "appeals",
        re.compile("/appeals"),
        lambda: _("Appeals"),
        appeals.layout,
        appeals.register_callbacks,
        REGIONAL,
        menu_path="/appeals",
        icon="appeal",
        follows=True,
    ),
    Page(
        "deadlines",
        re.compile("/deadlines"),
        lambda: _("Deadlines"),
        deadlines.layout,
        deadlines.register_callbacks,
        PEOPLE,
        menu_path="/deadlines",
        icon="clock",
        follows=True,
    ),
    Page(
        "ladders",
        re.compile("/ladders"),
        lambda: _("Ladders and rehearsal"),
        ladders.layout,
        ladders.register_callbacks,
        PEOPLE,
        menu_path="/ladders",
        icon="ladder",
        follows=True,
    ),
    Page(
        "outbox",
        re.compile("/outbox"),
        lambda: _("Fire service"),
        outbox.layout,
        outbox.register_callbacks,
        REGIONAL,
        menu_path="/outbox",
        icon="outbox",
    ),
    Page(
        "conformance",
        re.compile("/conformance"),
        lambda: _("Conformance bench"),
        conformance.layout,
        conformance.register_callbacks,
        REGIONAL | {Role.MAINTAINER},
        menu_path="/conformance",
        icon="plug",
        follows=True,
    ),
    Page(
        "wall",
        re.compile("/wall"),
        lambda: _("Wall"),
        wall.layout,
        wall.register_callbacks,
        REGIONAL | {Role.WALL},
        menu_path="/wall",
        icon="wall",
        bare=True,
    ),
    Page(
        "playlist",
        re.compile("/wall/playlist"),
        lambda: _("Playlist of the walls"),
        playlist.layout,
        playlist.register_callbacks,
        EDIT_PLAYLISTS,
    ),
    Page(
        "venue",
        re.compile(r"/venues/(?P<venue_id>\d{1,9})"),
        lambda: _("Venue"),
        venue.layout,
        venue.register_callbacks,
        PEOPLE,
    ),
    Page(
        "plan",
        re.compile(r"/venues/(?P<venue_id>\d{1,9})/plan"),
        lambda: _("Floors"),
        plan.layout,
        plan.register_callbacks,
        DRAW_PLANS,
    ),
    Page(
        "bind",
        re.compile("/bind"),
        lambda: _("Bind a device"),
        bind.layout,
        bind.register_callbacks,
        BIND_DEVICES,
    ),
    Page(
        "bind-number",
        re.compile("/bind/(?P<named>[^/]{1,400})"),
        lambda: _("Bind a device"),
        bind.layout,
        lambda _app: None,
        BIND_DEVICES,
    ),
    Page(
        "labels",
        re.compile("/labels"),
        lambda: _("Labels"),
        labels.layout,
        labels.register_callbacks,
        PEOPLE,
        follows=True,
    ),
    Page(
        "device",
        re.compile(r"/devices/(?P<code>[A-Za-z0-9._:-]{1,64})"),
        lambda: _("Device"),
        device.layout,
        device.register_callbacks,
        PEOPLE,
        follows=True,
    ),
)


def find(path: str) -> Page | None:
    """The page at an address."""
    return next((page for page in PAGES if page.path.fullmatch(path)), None)
