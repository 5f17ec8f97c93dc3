"""The choices above the rankings, and the definition behind its button."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from db.rules.excusing import MAY_ASK
from db.rules.measures import MeasureKey
from db.rules.venue_categories import Category
from portal import asking, measure_words, regions, words
from portal.address import FIRST_DAY
from portal.components.pickers import as_of_picker, menu_of
from portal.locale import _
from portal.pages.map.controls import BULLETIN_DAY
from portal.pages.rankings import ids
from portal.pages.rankings.view import CHOICES, HALF_MONTH, Address, Shown


def controls(shown: Shown, today: date) -> list[Component]:
    address = shown.address
    named = [
        (measure_words.name(measure), address.query(today, measure=measure), measure is address.measure)
        for measure in MeasureKey
    ]
    categories = [
        (measure_words.category(category), address.query(today, category=category), category == address.category)
        for category in CHOICES
    ]
    days = [
        (name, address.query(today, as_of=day, before=day - HALF_MONTH), address.as_of == day)
        for name, day in ((_("Today"), today), (_("Bulletin of 2 September 2024"), BULLETIN_DAY))
    ]
    return [
        *_regions(address, today),
        menu_of(measure_words.name(address.measure), named),
        definition(shown),
        menu_of(measure_words.category(address.category), categories),
        as_of_picker(address.as_of, today, days, address.query(today, as_of="DAY")),
        _against(address, today),
        _away(address),
    ]


def _away(address: Address) -> Component:
    """The same for pandas, DuckDB and QGIS; each file taken is an entry in the audit log."""
    level = "county" if address.within % 10_000 else "city"
    ranking = {
        "measure": address.measure,
        "as_of": address.as_of.isoformat(),
        "region": address.within,
        "level": level,
        "category": address.category,
    }
    venues = {"as_of": address.as_of.isoformat(), "region": address.unit or address.within}
    if address.category in {category.value for category in Category}:
        venues["category"] = address.category
    links = [
        html.A(f"{name} · {said}", href=f"/api/v1/away/{what}.{ending}?{urlencode(asked)}", download="")
        for what, name, asked in (("ranking", _("Ranking"), ranking), ("venues", _("Venue list"), venues))
        for ending, said in (("parquet", "Parquet"), ("gpkg", "GeoPackage"))
    ]
    return html.Details(
        [html.Summary(_("Analysis")), html.Div(links, className="menu-card")], className="pick analysis-files"
    )


def _against(address: Address, today: date) -> Component:
    """The earlier day: usual spans as links, and any day by a field."""
    spans = [
        (name, address.query(today, before=address.as_of - span), address.before == address.as_of - span)
        for name, span in (
            (_("Half a month before"), HALF_MONTH),
            (_("A month before"), timedelta(days=30)),
            (_("A year before"), timedelta(days=365)),
        )
        if address.as_of - span >= FIRST_DAY
    ]
    picker = as_of_picker(address.before, address.as_of, spans, address.query(today, before="DAY"))
    picker.children[0] = html.Summary(_("vs {day}").format(day=address.before.isoformat()))
    return picker


def definition(shown: Shown) -> Component:
    """What the measure counts, out of what, without whom, from where; in which version."""
    measure = shown.address.definition
    lines = [
        (_("Numerator"), _(measure.numerator)),
        (_("Denominator"), _(measure.denominator)),
        (_("Left out"), _(measure.exclusions)),
        (_("Source"), _(measure.source)),
        (_("Version"), str(measure.version)),
    ]
    if shown.settlement is not None:
        settled = shown.settlement
        lines.append((_("Known since"), settled.first_day.isoformat()))
        lines.append((_("Last settled"), words.moment(settled.settled_at, datetime.now(UTC))))
    return html.Details(
        [
            html.Summary("ⓘ", title=_("How it is counted"), **{"aria-label": _("How it is counted")}),
            html.Div(
                [
                    html.H3(_(measure.name)),
                    html.Dl([part for term, text in lines for part in (html.Dt(term), html.Dd(text))]),
                    _minimum(shown),
                    dcc.Link(_("Excused venues"), href="/excused"),
                ],
                className="menu-card definition",
            ),
        ],
        className="pick definition-pick",
    )


def _minimum(shown: Shown) -> Component:
    said = _("Regions with fewer than {n} are listed and not ranked.").format(n=shown.minimum)
    if asking.current().role not in MAY_ASK:
        return html.P(said, className="quiet")
    return html.Div(
        [
            html.P(said, className="quiet"),
            dcc.Input(id=ids.MINIMUM, type="number", min=1, max=1000, value=shown.minimum, step=1),
            html.Button(_("Set"), id=ids.SET_MINIMUM, n_clicks=0),
        ],
        className="minimum",
    )


def _regions(address: Address, today: date) -> list[Component]:
    tree, home = regions.tree(), asking.current().home
    if tree.one(home).level != "province":
        return []
    choices = [
        (regions.name(row), address.query(today, within=row.adcode), row.adcode == address.within)
        for row in (tree.one(home), *tree.children(home))
    ]
    return [menu_of(regions.name(tree.one(address.within)), choices)]
