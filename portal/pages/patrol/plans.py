"""Plans: who looks at how many venues of what kind on which weekdays."""

from datetime import UTC, datetime
from typing import Any

import dash
from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import patrol_plans as commands
from db.commands.acting import Acting
from db.commands.patrol_plans import NewPlan
from db.errors import AnwangError, InvalidInput
from db.queries import patrol as queries
from db.queries import venues as venue_queries
from db.queries.patrol import PlanRow
from db.rules.access_scope import Role, region_range
from db.rules.patrol import PATROL, RANDOM_VENUES, USUAL_VENUES
from db.rules.venue_categories import Category
from portal import asking, regions, words
from portal.components.layout import badge, note, panel
from portal.components.moments import field
from portal.components.toast import refused, toast
from portal.components.venue_field import venue_field, venue_options
from portal.locale import _
from portal.pages.patrol import ids
from portal.pages.patrol.view import View

STILL = dash.no_update
EVERY = "all"
MYSELF = "myself"


def shown(_view: View, now: datetime) -> list[Component]:
    with asking.reading() as session:
        found = queries.plans(session, with_ended=True)
    may_make = asking.current().role in PATROL
    cards = [_card(plan, now, may_end=may_make and _is_own(plan)) for plan in found]
    return [
        html.Div(
            [
                html.Div(
                    cards or [note(_("There is no plan yet. Without one, rounds are drawn at random."))],
                    className="stack",
                ),
                _form() if may_make else None,
            ],
            className="windows-page" if may_make else "stack",
        )
    ]


def _is_own(plan: PlanRow) -> bool:
    """Plans from above send one out; only those of one's own region are one's own to end."""
    lo, hi = region_range(asking.current().home)
    first, last = region_range(plan.region)
    return plan.ended_at is None and lo <= first <= last <= hi


def _card(plan: PlanRow, now: datetime, *, may_end: bool) -> Component:
    days = " ".join(weekday_names()[day - 1] for day in plan.weekdays)
    which = words.category(plan.category) if plan.category else _("every category")
    if plan.venue_ids:
        which = _("{n} listed venues").format(n=len(plan.venue_ids))
    who = plan.person_name or _("everybody: {role}").format(role=words.role(plan.role or ""))
    region = regions.tree().by_adcode.get(plan.region)
    return panel(
        plan.name,
        html.P(
            [
                _("{who} · {n} venues a day · {days}").format(who=who, n=plan.per_day, days=days),
                html.Br(),
                f"{regions.name(region) if region else plan.region} · {which}",
            ]
        ),
        html.Small(
            _("made by {who}, {at}").format(who=plan.made_by_name, at=words.moment(plan.made_at, now)),
            className="quiet",
        ),
        html.Button(_("End this plan"), id={"type": ids.PLAN_END, "plan": plan.id}, n_clicks=0) if may_end else None,
        aside=badge(_("ended")) if plan.ended_at else badge(_("runs"), "good"),
    )


def weekday_names() -> tuple[str, ...]:
    """Monday first."""
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def _form() -> Component:
    numbers = [{"value": n, "label": _("{n} venues").format(n=n)} for n in (1, 2, *RANDOM_VENUES)]
    days = [{"value": at, "label": name} for at, name in enumerate(weekday_names(), start=1)]
    return panel(
        _("New plan"),
        html.Div(
            [
                field(_("Name"), dcc.Input(id=_key("name"), type="text", maxLength=60, value=_("Daily patrol"))),
                field(_("Region"), _choice("region", _regions(), asking.current().home)),
                field(_("Which venues"), _choice("category", _categories(), EVERY)),
                field(_("Only these (if any)"), venue_field(ids.PLAN_VENUES, multi=True)),
                field(_("Venues a day"), _choice("per_day", numbers, USUAL_VENUES)),
                field(
                    _("On"),
                    dcc.Checklist(
                        id=_key("weekdays"), options=days, value=[1, 2, 3, 4, 5], inline=True, className="patrol-days"
                    ),
                ),
                field(_("Who goes"), _choice("who", _who(), MYSELF)),
                html.Button(_("Make the plan"), id=ids.PLAN_MAKE, className="primary wide", n_clicks=0),
                html.P(
                    _("A plan is never changed, only ended: what was planned for a day stays known."), className="quiet"
                ),
            ],
            className="form",
        ),
    )


def _key(name: str) -> dict[str, str]:
    return {"type": ids.PLAN_FIELD, "name": name}


def _choice(name: str, options: list[dict[str, Any]], value: Any) -> Component:
    return dcc.Dropdown(id=_key(name), options=options, value=value, clearable=False, searchable=len(options) > 12)


def _regions() -> list[dict[str, Any]]:
    lo, hi = region_range(asking.current().home)
    inside = [
        region
        for region in regions.tree().by_adcode.values()
        if lo <= region_range(region.adcode)[0] and region_range(region.adcode)[1] <= hi
    ]
    return [{"value": each.adcode, "label": regions.name(each)} for each in sorted(inside, key=lambda r: r.adcode)]


def _categories() -> list[dict[str, Any]]:
    return [
        {"value": EVERY, "label": _("every category")},
        *({"value": each.value, "label": words.category(each.value)} for each in Category),
    ]


def _who() -> list[dict[str, Any]]:
    """Oneself, everybody of one's own level or a lower one, or one official of the region."""
    levels = (Role.PROVINCE, Role.CITY, Role.COUNTY)
    role = asking.current().role
    lower = levels[levels.index(role) :] if role in levels else ()
    with asking.reading() as session:
        others = queries.officials(session, asking.current().home, asking.current().person_id)
    return [
        {"value": MYSELF, "label": _("I myself")},
        *({"value": each.value, "label": _("everybody: {role}").format(role=words.role(each.value))} for each in lower),
        *({"value": each.person_id, "label": f"{each.name} · {each.home_name}"} for each in others),
    ]


def _plan(told: dict[str, Any], venues: list[int]) -> NewPlan:
    """What the form says; `InvalidInput` where something in it is not."""
    who, category = told.get("who"), told.get("category")
    if not isinstance(told.get("region"), int) or not isinstance(told.get("per_day"), int):
        raise InvalidInput("Choose the region and how many venues a day.")
    person = asking.current().person_id if who == MYSELF else who if isinstance(who, int) else None
    return NewPlan(
        str(told.get("name") or ""),
        told["region"],
        told["per_day"],
        [int(day) for day in told.get("weekdays") or []],
        Role(str(who)) if person is None and who in tuple(PATROL) else None,
        person,
        Category(str(category)) if category in tuple(Category) else None,
        venues,
    )


def _acting() -> Acting:
    asker = asking.current()
    return Acting(asker.person_id, asker.name, asker.role, asker.address)


def _found_venues(typed: str | None, chosen: list[int], known: list[dict[str, Any]]) -> Any:
    if not typed or not typed.strip():
        return STILL
    with asking.reading() as session:
        found = venue_queries.search(session, typed.strip(), limit=20)
    kept = [option for option in known if option["value"] in chosen]
    return kept + [option for option in venue_options(found, typed) if option["value"] not in chosen]


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.PLAN_VENUES, "options"),
        Input(ids.PLAN_VENUES, "search_value"),
        State(ids.PLAN_VENUES, "value"),
        State(ids.PLAN_VENUES, "options"),
        prevent_initial_call=True,
    )
    def find(typed: str | None, chosen: list[int] | None, known: list[dict[str, Any]]) -> Any:
        return _found_venues(typed, chosen or [], known)

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.PLAN_MAKE, "n_clicks"),
        State(ids.PLAN_VENUES, "value"),
        State({"type": ids.PLAN_FIELD, "name": ALL}, "value"),
        State({"type": ids.PLAN_FIELD, "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def make(clicks: int, venues: list[int] | None, values: list[Any], fields: list[dict[str, str]]) -> Any:
        if not clicks:
            return STILL, STILL
        filled = {field["name"]: value for field, value in zip(fields, values, strict=True)}
        try:
            with asking.reading() as session:
                number = commands.make(
                    session, _plan(filled, venues or []), _acting(), asking.current().home, datetime.now(UTC)
                )
        except AnwangError as error:
            return STILL, refused(error)
        return f"{View('plans').href()}&made={number}", toast(_("The plan runs from now on."))

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input({"type": ids.PLAN_END, "plan": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def end(clicks: list[int]) -> Any:
        asked = dash.ctx.triggered_id
        if not any(clicks) or not isinstance(asked, dict):
            return STILL, STILL
        try:
            with asking.reading() as session:
                commands.end(session, int(asked["plan"]), _acting(), datetime.now(UTC))
        except AnwangError as error:
            return STILL, refused(error)
        return f"{View('plans').href()}&ended={asked['plan']}", toast(_("The plan has ended."))
