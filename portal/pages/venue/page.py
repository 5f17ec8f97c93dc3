"""One venue: its state in one sentence, and everything behind it in tabs."""

from datetime import UTC, datetime

from dash import Dash, dcc, html
from dash.development.base_component import Component

from db.queries import alarms as alarm_queries
from db.queries import hazards as hazard_queries
from db.queries import venues as venue_queries
from db.rules.appeal_lifecycle import MAY_FILE
from portal import asking, regions, words
from portal.address import number_of
from portal.components.layout import badge
from portal.locale import _
from portal.pages.venue import duty, patrols, space, tabs
from portal.words import HERE

TABS = ("overview", "devices", "space", "alarms", "hazards", "duty", "history")


def layout(venue_id: str, tab: str = "overview", **query: str) -> Component:
    """The page for one venue; `NotFound` outside the reader's scope."""
    now = datetime.now(UTC)
    with asking.reading() as session:
        venue = venue_queries.detail(session, int(venue_id))
        devices = venue_queries.devices(session, venue.id)
        alarms = alarm_queries.of_venue(session, venue.id, limit=200)
        hazards = hazard_queries.of_venue(session, venue.id, limit=200)
    chosen = tab if tab in TABS else "overview"
    facts = tabs.Facts(venue, tuple(devices), tuple(alarms), now, tuple(hazards))
    return html.Div(
        [
            _head(facts),
            html.Nav(
                [
                    dcc.Link(name, href=f"/venues/{venue.id}?tab={key}", className="here" if key == chosen else "")
                    for key, name in _names(facts).items()
                ],
                className="venue-tabs",
            ),
            html.Div(
                _shown(chosen, facts, query),
                className=f"venue-tab tab-{chosen}",
            ),
        ],
        className="venue",
    )


def _shown(chosen: str, facts: tabs.Facts, query: dict[str, str]) -> list[Component]:
    if chosen == "duty":
        return duty.tab(facts.venue.id)
    if chosen == "space":
        return space.tab(facts.venue.id, number_of(query.get("alarm")), query.get("device", ""))
    shown = tabs.SHOWN[chosen](facts)
    return (
        [*shown, html.Div(patrols.shown(facts.venue.id, facts.now), className="two")] if chosen == "history" else shown
    )


def register_callbacks(app: Dash) -> None:
    """The page is drawn whole from its address; only the watch is asked from here."""
    duty.register_callbacks(app)


def _names(facts: tabs.Facts) -> dict[str, str]:
    return {
        "overview": _("Overview"),
        "devices": _("Devices {n}").format(n=words.count(len(facts.devices))),
        "space": _("In 3D"),
        "alarms": _("Alarms {n}").format(n=words.count(len(facts.alarms))),
        "hazards": _("Hazards {n}").format(n=words.count(sum(h.act_by is not None for h in facts.hazards))),
        "duty": _("Duty checks"),
        "history": _("History"),
    }


def _on_the_map(name: str, adcode: int) -> Component:
    """A link where the reader's map reaches so far."""
    return (
        dcc.Link(regions.named(name), href=f"/?area={adcode}")
        if regions.is_at_home(adcode)
        else html.Span(regions.named(name))
    )


def _head(facts: tabs.Facts) -> Component:
    venue = facts.venue
    return html.Header(
        [
            html.Div(
                [
                    _on_the_map(venue.city_name, venue.city),
                    html.Span("›"),
                    _on_the_map(venue.county_name, venue.county),
                ],
                className="breadcrumb",
            ),
            html.H1(venue.name),
            html.Div(
                [
                    badge(words.category(venue.category)),
                    badge(words.sub_type(venue.sub_type)) if venue.sub_type else None,
                    html.Span(venue.code, className="quiet"),
                    dcc.Link(_("Doubt its record"), href=f"/appeals?new=venue:{venue.id}")
                    if asking.current().role in MAY_FILE
                    else None,
                ],
                className="venue-badges",
            ),
            _sentence(facts),
        ],
        className="venue-head",
    )


def _sentence(facts: tabs.Facts) -> Component:
    """The venue's state in one sentence, the worst thing first."""
    venue, today = facts.venue, facts.now.astimezone(HERE).date()
    open_alarms = [alarm for alarm in facts.alarms if alarm.closed_at is None and alarm.window_id is None]
    critical = [alarm for alarm in open_alarms if alarm.level == 1]
    if critical:
        text, kind = (
            _("A critical alarm is open since {at}.").format(at=words.moment(critical[0].raised_at, facts.now)),
            "bad",
        )
    elif not venue.accessed_on(today) and venue.on_duty_on(today):
        text, kind = _("Not accessed, yet duty is declared: nobody can see what is watched."), "bad"
    elif not venue.accessed_on(today):
        text, kind = _("Not accessed: the platform sees nothing here."), "bad"
    elif not venue.on_duty_on(today):
        text, kind = _("Accessed, but nobody keeps the 24-hour watch."), "doubt"
    elif facts.silent:
        text = _("Accessed and on duty; {n} of {all} devices have been silent for a day.").format(
            n=len(facts.silent), all=len(facts.devices)
        )
        kind = "doubt"
    else:
        text, kind = _("Accessed and on duty; all devices were heard within a day."), "good"
    if open_alarms and not critical:
        text += " " + _("{n} alarms are open.").format(n=len(open_alarms))
    return html.P(text, className=f"state-sentence {kind}")
