"""What the page shows, as files: the ranking, the heat map, and the venues behind a figure; first line a head."""

from dash import html
from dash.development.base_component import Component

from db.queries.measures import Figure, VenueBehind
from db.rules.ranking import Place, wilson
from portal import measure_words, regions, words
from portal.exports.csv_file import csv_bytes
from portal.exports.workbook import workbook
from portal.locale import _
from portal.pages.rankings import ids
from portal.pages.rankings.view import Shown, all_behind, heat_columns

Line = list[str | int | float]
WHAT = ("ranking", "heat", "venues")


def menu() -> Component:
    """Every table of the page, for Excel and as plain text."""
    names = {"ranking": _("Ranking"), "heat": _("Heat map"), "venues": _("Venues behind the figure")}
    return html.Details(
        [
            html.Summary(_("Download")),
            html.Div(
                [
                    html.Button(
                        f"{names[what]} · {ending.upper()}", id=button(what, ending), n_clicks=0, className="plain"
                    )
                    for what in WHAT
                    for ending in ("csv", "xlsx")
                ],
                className="menu-card",
            ),
        ],
        className="pick downloads",
    )


def button(what: str, ending: str) -> dict[str, str]:
    return {"type": ids.EXPORT, "what": what, "as": ending}


def file(shown: Shown, what: str, ending: str) -> tuple[bytes, str]:
    """The content and its name."""
    address = shown.address
    lines = {
        "ranking": lambda: ranking_lines(shown),
        "heat": lambda: heat_lines(shown),
        "venues": lambda: venue_lines(shown, all_behind(address)),
    }[what]()
    where = address.unit if what == "venues" else address.within
    name = f"anwang-{what}-{address.measure}-{where}-{address.as_of.isoformat()}.{ending}"
    return (csv_bytes(lines) if ending == "csv" else workbook([str(cell) for cell in lines[0]], lines[1:])), name


def ranking_lines(shown: Shown) -> list[Line]:
    address = shown.address
    head: Line = [
        _("As of"),
        _("Indicator"),
        _("Version"),
        _("Category"),
        _("Rank"),
        _("Places climbed"),
        _("Code"),
        _("Region"),
        _("Rate, %"),
        _("Interval from, %"),
        _("Interval to, %"),
        _("Points since {day}").format(day=address.before.isoformat()),
        _("Numerator"),
        _("Denominator"),
        _("Left out"),
    ]
    lines = [_ranking_line(shown, entry.place, entry.figure, regions.name(entry.region)) for entry in shown.listed]
    if shown.whole is not None:
        place, figure = shown.whole
        name = _("Whole province") if figure.level == "province" else figure.name
        lines.append(_ranking_line(shown, place, figure, name, is_whole=True))
    return [head, *lines]


def _ranking_line(shown: Shown, place: Place, figure: Figure, name: str, *, is_whole: bool = False) -> Line:
    address = shown.address
    lowest, highest = wilson(figure.numerator, figure.denominator) or ("", "")
    return [
        address.as_of.isoformat(),
        measure_words.name(address.measure),
        address.definition.version,
        measure_words.category(address.category),
        "" if is_whole or place.place is None else place.place,
        "" if is_whole or place.climbed is None else place.climbed,
        figure.adcode,
        name,
        "" if figure.rate_pct is None else figure.rate_pct,
        lowest,
        highest,
        "" if place.moved is None else place.moved,
        figure.numerator,
        figure.denominator,
        figure.excluded,
    ]


def heat_lines(shown: Shown) -> list[Line]:
    """One line a region, one column a category, in percent."""
    columns = heat_columns(shown)
    lines: list[Line] = [[_("Code"), _("Region"), *[measure_words.category(category) for category in columns]]]
    for entry in shown.listed:
        cells = [shown.figures.get((entry.region.adcode, category)) for category in columns]
        rates = [cell.rate_pct if cell is not None else None for cell in cells]
        lines.append([entry.region.adcode, regions.name(entry.region), *["" if r is None else r for r in rates]])
    return lines


def venue_lines(shown: Shown, behind: list[VenueBehind]) -> list[Line]:
    """Every venue, however it counts."""
    measure = shown.address.measure
    head: Line = [_("Number"), _("Venue"), _("Category"), _("Code"), _("County"), _("Stands"), _("Counted")]
    lines = [head]
    for row in behind:
        stands = "excluded" if row.is_excluded else "counts" if row.counts else "missing"
        place = (row.county, row.county_name, measure_words.show(stands, measure), row.weight)
        lines.append([row.venue_id, row.name, words.category(row.category), *place])
    return lines
