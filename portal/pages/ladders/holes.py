"""Where nobody can be told: by region, and by name."""

from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import chain_holes
from db.queries.chain_holes import RegionHoles, VenueHole
from db.rules.alarm_kinds import AlarmKind
from db.rules.ladders import Party
from portal import asking, ladder_words, regions, words
from portal.address import number_of
from portal.components.layout import badge, figure, note, panel
from portal.locale import _

SHOWN = 200


def content(query: dict[str, str], now: datetime) -> Component:
    asker = asking.current()
    area = number_of(query.get("region")) or asker.home
    tree = regions.tree()
    region = tree.by_adcode.get(area) or tree.one(asker.home)
    with asking.reading() as session:
        rehearsed = chain_holes.last_rehearsal(session)
        counted = chain_holes.by_region(session, region.adcode) if asker.scope.is_regional else []
        venues = chain_holes.venues(session, region.adcode if asker.scope.is_regional else None, SHOWN)
    return html.Div(
        [
            html.P(_said(rehearsed, now), className="quiet"),
            html.Div(_figures(counted), className="figures four") if counted else None,
            panel(regions.name(region), _regions(counted), aside=_up(region.parent)) if len(counted) > 1 else None,
            _venues(venues, now),
        ],
        className="stack",
    )


def _said(rehearsed: datetime | None, now: datetime) -> str:
    if rehearsed is None:
        return _("Each night a synthetic fire at every venue proves who would be told; real alarms add what they find.")
    return _("Rehearsed at every venue at {at}: a synthetic fire, nothing sent.").format(
        at=words.moment(rehearsed, now)
    )


def _up(parent: int | None) -> Component | None:
    if parent is None or not asking.current().scope.covers(parent):
        return None
    return dcc.Link(_("One level up"), href=f"/ladders?tab=holes&region={parent}")


def _figures(counted: Sequence[RegionHoles]) -> list[Component]:
    venues = sum(row.venues for row in counted)
    broken = sum(row.with_holes for row in counted)
    return [
        figure(
            _("Venues with a hole"),
            words.count(broken),
            detail=_("of {n}").format(n=words.count(venues)),
            kind="alarmed" if broken else "",
        ),
        figure(_("Chains that hold"), words.pct(_holding(venues, broken))),
        figure(_("Nobody at the venue"), words.count(sum(row.at_venue for row in counted))),
        figure(_("No maintainer"), words.count(sum(row.at_maintainer for row in counted))),
    ]


def _holding(venues: int, broken: int) -> float | None:
    """Percent to one decimal, rounded down: it says 100 only where every chain holds."""
    return (venues - broken) * 1000 // venues / 10 if venues else None


def _regions(counted: Sequence[RegionHoles]) -> Component:
    heads = (
        _("Region"),
        _("Venues"),
        _("With a hole"),
        *(ladder_words.party(who) for who in Party if who is not Party.OWNER),
    )
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head) for head in heads])),
                html.Tbody([_region(row) for row in counted]),
            ],
            className="holes-table",
        ),
        className="ladder-scroll",
    )


def _region(row: RegionHoles) -> Component:
    at = (row.at_venue, row.at_maintainer, row.at_county, row.at_city, row.at_province)
    return html.Tr(
        [
            html.Td(dcc.Link(row.name, href=f"/ladders?tab=holes&region={row.adcode}")),
            html.Td(words.count(row.venues), className="number"),
            html.Td(html.B(words.count(row.with_holes)), className="number"),
            *[html.Td(words.count(n) if n else "–", className="number") for n in at],
        ]
    )


def _venues(venues: Sequence[VenueHole], now: datetime) -> Component:
    title = _("Venues by name")
    if not venues:
        return panel(title, note(_("No hole is known here: at every level somebody can be told.")))
    rows = [
        html.Tr(
            [
                html.Td(
                    [
                        dcc.Link(venue.venue_name, href=f"/venues/{venue.venue_id}"),
                        html.Small(f"{regions.named(venue.county_name)} · {words.category(venue.category)}"),
                    ]
                ),
                html.Td(
                    html.Span(
                        [_missing(*each) for each in zip(venue.who, venue.reasons, venue.kinds, strict=True)],
                        className="next-marks",
                    )
                ),
                html.Td(_("for {span}").format(span=words.lasting(now - venue.since)), className="number quiet"),
            ]
        )
        for venue in venues
    ]
    aside = _("the first {n}").format(n=SHOWN) if len(venues) == SHOWN else words.count(len(venues))
    return panel(title, html.Table(html.Tbody(rows), className="compact hole-list"), aside=aside)


def _missing(who: str, reason: str, kinds: str) -> Component:
    """A level that nobody can be told at; for some kinds of alarm only, they stand there."""
    said = _("{who}: no channel works") if reason == "no_channel" else _("{who}: nobody")
    some = [words.alarm_kind(kind) for kind in kinds.split(",") if kind]
    told = said.format(who=ladder_words.party(who))
    if 0 < len(some) < len(AlarmKind):
        told = _("{hole} ({kinds})").format(hole=told, kinds=_(", ").join(some))
    return badge(told, "minor" if reason == "no_channel" else "major")
