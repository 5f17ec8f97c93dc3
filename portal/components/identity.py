"""A device's identity by GB/T 45839-2025, in its parts."""

from dash import html
from dash.development.base_component import Component

from db.rules import device_identity
from portal.locale import _


def identity_line(written: str | None) -> Component | None:
    """The 27 characters in their parts; the check at the end needs the fire authority's keys."""
    if written is None:
        return None
    parts = device_identity.parse(written)
    if isinstance(parts, str):
        return html.Div(written, className="quiet")
    net = _("by wire") if parts.net_type == device_identity.BY_WIRE else parts.net
    words = _("identity {identity}: maker {maker}, {net}, made on {day}; check {check} not verified")
    said = words.format(
        identity=written, maker=parts.company, net=net, day=parts.made_on.isoformat(), check=parts.check
    )
    return html.Div(said, className="quiet")
