"""One region looked into: what would move it most, and the venues behind its figure."""

from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.measures import VenueBehind
from db.queries.movers import Mover
from db.rules.appeal_lifecycle import MAY_FILE
from db.rules.measures import BY_KEY, Counted
from portal import asking, measure_words, regions, words
from portal.components.layout import note, panel
from portal.locale import _
from portal.pages.rankings.view import MOST_VENUES, SHOWS, Address, Looked


def unit_panels(address: Address, looked: Looked, today: date) -> list[Component]:
    name = _("Whole province") if looked.region.level == "province" else regions.name(looked.region)
    where = f"{name} · {measure_words.category(address.category)}"
    return [_movers(address, looked, where, today), _venues(address, looked, where, today)]


def _movers(address: Address, looked: Looked, where: str, today: date) -> Component:
    definition = BY_KEY[address.measure]
    title = _("What would move it most") if definition.is_better_high else _("What weighs on it most")
    head: list[Component | None] = [_figure(looked), _further(address, looked, today)]
    if not looked.movers:
        return panel(title, *head, note(_("Nothing here is left to move.")), aside=where)
    return panel(
        title, *head, html.Ol([_mover(mover, address) for mover in looked.movers], className="movers"), aside=where
    )


def _figure(looked: Looked) -> Component | None:
    figure = looked.figure
    if figure is None:
        return None
    part = f"{words.count(figure.numerator)} / {words.count(figure.denominator)}"
    return html.P(
        [html.B(words.pct(figure.rate_pct)), " ", html.Span(part, className="quiet")], className="unit-figure"
    )


def _further(address: Address, looked: Looked, today: date) -> Component:
    """Onto the map, and down to the counties of a city."""
    layer = "&layer=duty" if "duty" in address.measure else ""
    category = f"&category={address.category}" if address.category not in words.SUB_TYPES else ""
    on_map = f"/?area={looked.region.adcode}{category}&as_of={address.as_of.isoformat()}{layer}"
    links = [dcc.Link(_("On the map"), href=on_map)] if regions.is_at_home(looked.region.adcode) else []
    if looked.region.level == "city" and looked.region.adcode != address.within:
        links.append(dcc.Link(_("Rank its counties"), href=address.query(today, within=looked.region.adcode)))
    if asking.current().role in MAY_FILE:
        subject = f"figure:{looked.region.adcode}:{address.measure}:{address.category}:{address.as_of.isoformat()}"
        links.append(dcc.Link(_("Doubt this figure"), href=f"/appeals?new={subject}"))
    return html.Div(links, className="unit-further")


def _mover(mover: Mover, address: Address) -> Component:
    is_high = BY_KEY[address.measure].is_better_high
    gain = _("{sign}{points} points").format(sign="+" if is_high else "−", points=f"{mover.gain_points:.1f}")
    units = measure_words.counted(address.measure)
    count = f"{words.count(mover.weight)} {units}"
    if BY_KEY[address.measure].counted is not Counted.VENUES:
        count += " · " + _("at {n} venues").format(n=words.count(mover.venues))
    return html.Li(
        [
            html.Div(
                [html.B(measure_words.step(mover.step)), html.Span(gain, className="gain")], className="mover-head"
            ),
            html.Small(count, className="quiet"),
            html.Ul(
                [_named(v.id, v.name, regions.named(v.county_name), v.weight) for v in mover.first],
                className="venues",
            ),
        ]
    )


def _venues(address: Address, looked: Looked, where: str, today: date) -> Component:
    tabs = [
        dcc.Link(
            f"{measure_words.show(show, address.measure)} {words.count(looked.count(show))}",
            href=address.query(today, show=show),
            className="here" if show == address.show else "",
        )
        for show in SHOWS
    ]
    rows = looked.venues
    listed = [_named(r.venue_id, r.name, f"{regions.named(r.county_name)} · {_category(r)}", r.weight) for r in rows]
    content = [html.Ul(listed, className="venues") if rows else note(_("No venue here."))]
    if len(rows) >= MOST_VENUES:
        content.append(
            html.P(_("The first {n}; the download holds all of them.").format(n=MOST_VENUES), className="quiet")
        )
    return panel(_("Venues behind the figure"), html.Div(tabs, className="venue-tabs"), *content, aside=where)


def _category(row: VenueBehind) -> str:
    return words.category_short(row.category)


def _named(venue_id: int, name: str, where: str, weight: int) -> Component:
    """A venue that leads to its page; with how many, where it counts for more than one."""
    aside = f"{where} · {weight}" if weight > 1 else where
    return html.Li([dcc.Link(name, href=f"/venues/{venue_id}"), html.Span(aside, className="quiet")])
