"""The choices above the hazards: chips with counts, menus, and the files to take away."""

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.hazards import COUNTED_TO
from db.rules.access_scope import Role
from db.rules.hazard_kinds import Grade, Source
from portal import asking, hazard_words, regions
from portal.components.layout import icon
from portal.components.pickers import menu_of
from portal.locale import _
from portal.pages.hazards import ids
from portal.pages.hazards.view import View


def counted(n: int) -> str:
    """A count as it was counted: beyond the limit only that it is more."""
    return f"{COUNTED_TO:,}+" if n > COUNTED_TO else f"{n:,}"


def chips(view: View, counts: dict[str, int]) -> tuple[str, list[Component]]:
    """The head's sentence, and one link a choice with its count."""
    names = {
        "mine": _("Waiting for me"),
        "open": _("All open hazards"),
        "overdue": _("Overdue"),
        "names": _("Overdue by name"),
        "major": _("Major hazards"),
        "submitted": _("To be accepted"),
        "look_back": _("Look-back owed"),
        "closed": _("Closed hazards"),
        "all": _("All hazards"),
    }
    if asking.current().role in (Role.ANALYST, Role.ADMINISTRATOR):
        del names["mine"]
    said = _("{open} open, {overdue} of them overdue").format(
        open=counted(counts["open"]), overdue=counted(counts["overdue"])
    )
    shown = [
        dcc.Link(
            f"{name} {counted(counts[show])}" if show in counts else name,
            href=view.href(show=show) if show != "open" else _open(view),
            className="chip here" if show == view.show else "chip",
        )
        for show, name in names.items()
    ]
    return said, shown


def _open(view: View) -> str:
    """Said in full: for those who begin with their own, the bare address means that."""
    query = view.query(show="open")
    return f"/hazards?show=open&{query}" if query else "/hazards?show=open"


def filters(view: View) -> Component:
    """Search by venue, and the menus."""
    grades = [(_("Every grade"), view.href(grade=None), view.grade is None)]
    grades += [(hazard_words.grade(grade), view.href(grade=grade), grade == view.grade) for grade in Grade]
    sources = [(_("Every source"), view.href(source=None), view.source is None)]
    sources += [(hazard_words.source(source), view.href(source=source), source == view.source) for source in Source]
    return html.Div(
        [
            dcc.Input(
                id=ids.FIND,
                type="search",
                value=view.q,
                placeholder=_("Venue: name or initials"),
                debounce=True,
                maxLength=100,
                className="find-case",
            ),
            menu_of(hazard_words.grade(view.grade) if view.grade else _("Every grade"), grades),
            menu_of(hazard_words.source(view.source) if view.source else _("Every source"), sources),
            *_regions(view),
            dcc.Link(_("All venues"), href=view.href(venue=None), className="chip") if view.venue else None,
        ],
        className="case-filters",
    )


def _regions(view: View) -> list[Component]:
    """The regions below the reader's own, where there are any."""
    tree, home = regions.tree(), asking.current().home
    if not asking.current().scope.is_regional or home not in tree.by_adcode or tree.one(home).level == "county":
        return []
    at = tree.by_adcode.get(view.region or home, tree.one(home))
    choices = [
        (regions.name(row), view.href(region=None if row.adcode == home else row.adcode), row.adcode == at.adcode)
        for row in (tree.one(home), *tree.children(home))
    ]
    return [menu_of(regions.name(at), choices)]


def downloads(view: View) -> Component:
    """Both lists, of exactly what is shown."""
    names = {"problems": _("List of problems"), "measures": _("List of measures")}
    query = view.query(show="overdue" if view.show == "names" else view.show)
    if "show=" not in query:
        query = f"show={view.show}&{query}".rstrip("&")
    return html.Details(
        [
            html.Summary([icon("download"), html.Span(_("The two lists"))]),
            html.Div(
                [
                    html.A(f"{name} · {kind}", href=f"/api/v1/hazards/lists/{which}.{suffix}?{query}", download="")
                    for which, name in names.items()
                    for suffix, kind in (("xlsx", "Excel"), ("docx", "Word"))
                ],
                className="menu-card right",
            ),
        ],
        className="pick",
        id=ids.DOWNLOADS,
    )
