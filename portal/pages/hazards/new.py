"""Writing a hazard down by hand: a self-check, an inspection, a patrol, a complaint."""

from datetime import UTC, datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.commands import hazards as commands
from db.commands.acting import Acting
from db.commands.hazards import Finding, How
from db.errors import InvalidInput
from db.queries import hazards as queries
from db.queries import venues as venue_queries
from db.rules.access_scope import Role
from db.rules.hazard_kinds import SOURCES_OF, Grade, HazardKind, Source
from portal import asking, hazard_words
from portal.components.case import Field, labelled
from portal.components.layout import note, panel
from portal.components.venue_field import venue_options
from portal.locale import _
from portal.pages.hazards import ids

ELSEWHERE = "elsewhere"
"""The choice of areas for a spot that the record has no area for."""


def new_panel(venue_id: int | None) -> Any:
    """The form; for a venue's own people the venue is theirs."""
    asker = asking.current()
    sources = SOURCES_OF.get(asker.role, ())
    if not sources:
        return note(_("Your role may look, not act."))
    if venue_id is None and asker.role is Role.VENUE and len(asker.scope.venue_ids) == 1:
        venue_id = asker.scope.venue_ids[0]
    return panel(
        _("New hazard"),
        html.Div(
            [
                html.Label([html.Span(_("Venue")), _venue(venue_id)]),
                labelled(Field("area", _("Area"), "choice", None, area_choices(venue_id)), ids.NEW_AREA),
                labelled(Field("place", _("Spot in words"), "text", hint=_("Where no area fits.")), _key("place")),
                labelled(Field("kind", _("Kind"), "choice", HazardKind.ESCAPE_ROUTE, _kinds()), _key("kind")),
                labelled(Field("what", _("What is wrong")), _key("what")),
                labelled(Field("grade", _("Grade"), "choice", Grade.GENERAL, _grades()), _key("grade")),
                labelled(
                    Field(
                        *("source", _("Source"), "choice", sources[0]),
                        tuple((source.value, hazard_words.source(source)) for source in sources),
                    ),
                    _key("source"),
                ),
                html.Button(_("Put it on record"), id=ids.NEW, className="primary", n_clicks=0),
                html.P(_("Photographs are added in the next step."), className="quiet"),
            ],
            className="case-form",
        ),
        aside=dcc.Link(_("Close"), href="/hazards"),
    )


def _key(name: str) -> dict[str, str]:
    return {"type": "hazard-new-field", "name": name}


def _kinds() -> tuple[tuple[str, str], ...]:
    return tuple((kind.value, hazard_words.kind(kind)) for kind in HazardKind)


def _grades() -> tuple[tuple[str, str], ...]:
    return tuple((grade.value, hazard_words.grade(grade)) for grade in Grade)


def _venue(venue_id: int | None) -> Component:
    options: list[dict[str, Any]] = []
    if venue_id is not None:
        with asking.reading() as session:
            options = [{"value": venue_id, "label": venue_queries.detail(session, venue_id).name}]
    return dcc.Dropdown(
        id=ids.NEW_VENUE,
        options=options,
        value=venue_id,
        clearable=False,
        disabled=asking.current().role is Role.VENUE,
        placeholder=_("Find a venue: name, initials or address"),
        labels={"search": _("Name, initials or address"), "no_options_found": _("No such venue")},
    )


def area_choices(venue_id: int | None) -> tuple[tuple[str, str], ...]:
    """The venue's areas, and a place for what is none of them."""
    if venue_id is None:
        return ((ELSEWHERE, _("Somewhere else")),)
    with asking.reading() as session:
        areas = queries.areas(session, venue_id)
    return (*((str(area.id), area.name) for area in areas), (ELSEWHERE, _("Somewhere else")))


def venue_choices(typed: str) -> list[dict[str, Any]]:
    with asking.reading() as session:
        found = venue_queries.search(session, typed, limit=12)
    return venue_options(found, typed)


def put_on_record(venue_id: int | None, area: str | None, filled: dict[str, str]) -> tuple[int, str]:
    """The hazard's number, and what to tell; refusals are of `db.errors`."""
    if venue_id is None:
        raise InvalidInput("Choose the venue.")
    asker = asking.current()
    finding = Finding(
        venue_id,
        HazardKind(filled["kind"]),
        Grade(filled["grade"]),
        Source(filled["source"]),
        filled.get("what", ""),
        int(area) if area and area.isascii() and area.isdigit() else None,
        filled.get("place", ""),
    )
    acting = Acting(asker.person_id, asker.name, asker.role, asker.address)
    with asking.reading() as session:
        found = commands.find(session, finding, acting, datetime.now(UTC))
    told = {
        How.NEW: _("On record. Add photographs of what is wrong."),
        How.AGAIN: _("This hazard is on record already: it has been noted as seen again."),
        How.REOPENED: _("This hazard was closed less than 90 days ago: it is open again, and graver."),
    }
    return found.id, told[found.how]
