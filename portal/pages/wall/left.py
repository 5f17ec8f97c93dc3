"""The wall's left column: access and duty by category and region, and the programme's milestones."""

from collections import defaultdict

from dash import html
from dash.development.base_component import Component

from db.rules.coverage import percent
from db.rules.venue_categories import Category
from portal import regions, words
from portal.components.layout import figure
from portal.figures import palette
from portal.locale import _
from portal.pages.wall.figures import WallFigures
from portal.pages.wall.panel import wall_panel

HEAT = (
    Category.SECONDARY_VOCATIONAL_SCHOOL,
    Category.BOARDING_SCHOOL,
    Category.KINDERGARTEN,
    Category.TRAINING_INSTITUTION,
)
"""The categories that every city has in number."""


def left(figures: WallFigures) -> list[Component]:
    at = figures.history.at
    return [
        html.Div(_figures(figures), className="wall-figures", **{"data-as-of": at.isoformat()}),
        wall_panel(
            _("Access rate % · category × region"),
            _heat(figures, "access"),
            aside=_("by total rate"),
            kind="wall-heat",
            as_of=at,
        ),
        wall_panel(
            _("Milestones of 2024 · accessed today"),
            html.Div(_milestones(figures), className="wall-rows"),
            kind="wall-milestones",
            as_of=at,
        ),
        wall_panel(
            _("Duty coverage % · category × region"),
            _heat(figures, "duty"),
            aside=_("by total rate"),
            kind="wall-heat only-wide",
            as_of=at,
        ),
    ]


def _figures(figures: WallFigures) -> list[Component]:
    whole = figures.row(figures.home.adcode)
    venues, accessed, on_duty = (whole.venues, whole.accessed, whole.on_duty) if whole else (0, 0, 0)
    duty = figures.history.duty
    return [
        figure(_("Venues"), words.count(venues), detail=_("{n} accessed").format(n=words.count(accessed))),
        figure(
            _("Access rate"),
            *_rate(percent(accessed, venues)),
            detail=_("{n} to go").format(n=words.count(venues - accessed)),
        ),
        figure(
            _("Duty · declared"),
            *_rate(percent(on_duty, venues)),
            detail=_("{n} on duty").format(n=words.count(on_duty)),
        ),
        figure(
            _("Duty · verified, 24 h"),
            *_rate(duty.verified_pct),
            detail=_("{n} venues doubtful").format(n=words.count(figures.history.doubtful)),
            kind="warn" if figures.history.doubtful else "",
        ),
    ]


def _rate(value: float | None) -> tuple[str, str]:
    return ("–", "") if value is None else (f"{value:.1f}", "%")


def _heat(figures: WallFigures, measure: str) -> Component:
    def rate(adcode: int, category: str = "all") -> float | None:
        row = figures.row(adcode, category)
        return None if row is None else row.access_pct if measure == "access" else row.duty_pct

    children = regions.tree().children(figures.home.adcode) or [figures.home]
    order = sorted(children, key=lambda child: -(rate(child.adcode) if rate(child.adcode) is not None else -1.0))[:12]  # type: ignore[operator]
    shown = [rate(child.adcode, category) for child in order for category in HEAT]
    bounds = palette.rate_bounds([value for value in shown if value is not None])
    head = html.Tr([html.Th(""), *[html.Th(words.category_short(category)) for category in HEAT]])
    lines = [
        html.Tr(
            [
                html.Th(regions.short_name(child)),
                *[_heat_cell(rate(child.adcode, category), bounds) for category in HEAT],
            ]
        )
        for child in order
    ]
    return html.Table([html.Thead(head), html.Tbody(lines)])


def _heat_cell(value: float | None, bounds: tuple[float, float]) -> Component:
    return html.Td(
        "–" if value is None else f"{value:.0f}",
        style={"background": palette.colour(value, bounds), "color": palette.ink(value, bounds)},
    )


def _milestones(figures: WallFigures) -> list[Component]:
    by_day: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in figures.history.milestones:
        day = by_day[f"{row.due_on.month}-{row.due_on.day}"]
        day[0] += row.venues
        day[1] += row.accessed
    return [
        html.Div(
            [
                html.Span(_("due {day}").format(day=day)),
                html.B(words.pct(percent(accessed, venues))),
                html.Span(f"{words.count(accessed)}/{words.count(venues)}", className="quiet"),
            ],
            className="wall-row",
        )
        for day, (venues, accessed) in sorted(by_day.items())
    ]
