"""What the address of the orders' desk says."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from db.queries.work_orders import ORDER_SHOWS, OrderFilters
from db.rules.access_scope import Role
from portal import asking
from portal.address import number_of

PATH = "/orders"
SUBJECTS = ("alarm", "hazard", "device", "venue")


@dataclass(frozen=True, slots=True)
class View:
    """The address in parts; what is no choice of ours falls back to the usual."""

    show: str = "open"
    hazard: int | None = None
    alarm: int | None = None
    venue: int | None = None
    q: str = ""

    def filters(self, role: Role) -> OrderFilters:
        return OrderFilters(self.show, role, self.hazard, self.alarm, self.venue, self.q)

    def href(self, **changed: object) -> str:
        view = replace(self, **changed)  # type: ignore[arg-type]
        parts = {name: getattr(view, name) for name in View.__slots__}
        return f"{PATH}?{urlencode({k: v for k, v in parts.items() if v not in (None, '')})}"


def view_of(parts: dict[str, str]) -> View:
    """Those who do the work begin with what waits for them."""
    usual = "mine" if asking.current().role in (Role.VENUE, Role.MAINTAINER) else "open"
    show = parts.get("show", usual)
    venue = number_of(parts.get("venue"))
    return View(
        show if show in ORDER_SHOWS else usual,
        number_of(parts.get("hazard")),
        number_of(parts.get("alarm")),
        venue if venue is not None and venue < 2**31 else None,
        parts.get("q", "").strip()[:100],
    )


def subject_of(parts: dict[str, str]) -> tuple[str, int] | None:
    """`new=alarm:123`: what a new order is about."""
    kind, _colon, number = parts.get("new", "").partition(":")
    found = number_of(number)
    if kind not in SUBJECTS or found is None or (kind in ("device", "venue") and found >= 2**31):
        return None
    return kind, found
