"""The choices above the appeals, with counts."""

from dash import dcc
from dash.development.base_component import Component

from db.rules.access_scope import Role
from portal import asking
from portal.locale import _
from portal.pages.appeals.view import View
from portal.pages.hazards.chips import counted


def chips(view: View, counts: dict[str, int]) -> tuple[str, list[Component]]:
    """The head's sentence, and one link a choice."""
    names = {
        "mine": _("Waiting for me"),
        "open": _("All open appeals"),
        "overdue": _("Overdue"),
        "upheld": _("Upheld"),
        "ended": _("Done with"),
        "all": _("All appeals"),
    }
    if asking.current().role is Role.ADMINISTRATOR:
        del names["mine"]
    said = _("{open} open, {overdue} of them overdue").format(
        open=counted(counts["open"]), overdue=counted(counts["overdue"])
    )
    shown = [
        dcc.Link(
            f"{name} {counted(counts[show])}" if show in counts else name,
            href=view.href(show=show),
            className="chip here" if show == view.show else "chip",
        )
        for show, name in names.items()
    ]
    return said, shown
