"""The wall's left and right columns."""

from collections import defaultdict
from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from db.rules.coverage import percent
from db.rules.venue_categories import Category
from portal import regions, words
from portal.components.layout import figure, panel
from portal.figures import palette
from portal.figures.hours import hour_bars
from portal.locale import _
from portal.pages.wall.figures import WallFigures

HEAT = (
    Category.SECONDARY_VOCATIONAL_SCHOOL,
    Category.BOARDING_SCHOOL,
    Category.KINDERGARTEN,
    Category.TRAINING_INSTITUTION,
)
"""The categories that every city has in number."""

ACKNOWLEDGE_WITHIN = timedelta(minutes=5)


def left(figures: WallFigures) -> list[Component]:
    whole = figures.row(figures.home.adcode)
    venues, accessed, on_duty = (whole.venues, whole.accessed, whole.on_duty) if whole else (0, 0, 0)
    return [
        html.Div(
            [
                figure(_("Venues"), words.count(venues), detail=_("{n} accessed").format(n=words.count(accessed))),
                figure(
                    _("Access rate"),
                    *_rate(accessed, venues),
                    detail=_("{n} to go").format(n=words.count(venues - accessed)),
                ),
                figure(
                    _("Duty coverage · declared"),
                    *_rate(on_duty, venues),
                    detail=_("{n} on duty").format(n=words.count(on_duty)),
                ),
                figure(
                    _("Doubtful duty"),
                    words.count(figures.history.doubtful),
                    detail=_("declared, not accessed"),
                    kind="warn" if figures.history.doubtful else "",
                ),
            ],
            className="wall-figures",
        ),
        panel(_("Access rate % · category × region"), _heat(figures), aside=_("by total rate"), kind="wall-heat"),
        panel(_("Milestones of 2024 · accessed today"), html.Div(_milestones(figures), className="wall-rows")),
    ]


def _rate(part: int, whole: int) -> tuple[str, str]:
    value = percent(part, whole)
    return ("–", "") if value is None else (f"{value:.1f}", "%")


def _heat(figures: WallFigures) -> Component:
    children = regions.tree().children(figures.home.adcode) or [figures.home]
    order = sorted(children, key=lambda c: -((r.access_pct or 0) if (r := figures.row(c.adcode)) else -1))[:12]
    shown = [figures.row(child.adcode, category) for child in order for category in HEAT]
    bounds = palette.rate_bounds([r.access_pct for r in shown if r is not None and r.access_pct is not None])
    head = html.Tr([html.Th(""), *[html.Th(words.category_short(category)) for category in HEAT]])
    lines = []
    for child in order:
        cells = []
        for category in HEAT:
            row = figures.row(child.adcode, category)
            value = row.access_pct if row else None
            cells.append(
                html.Td(
                    "–" if value is None else f"{value:.0f}",
                    style={"background": palette.colour(value, bounds), "color": palette.ink(value, bounds)},
                )
            )
        lines.append(html.Tr([html.Th(regions.short_name(child)), *cells]))
    return html.Table([html.Thead(head), html.Tbody(lines)])


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


def right(figures: WallFigures) -> list[Component]:
    summary = figures.summary
    hours = [(hour.start, hour.counts) for hour in figures.hours]
    today = summary.raised_today
    return [
        panel(
            _("Alarms · 24 hours"),
            *hour_bars(hours),
            html.Div(
                [
                    html.Div(
                        [html.B(words.count(today[level - 1])), html.Span(words.level(level))],
                        className=words.level_class(level),
                    )
                    for level in (1, 2, 3, 4)
                ],
                className="level-counts",
            ),
            aside=_("today {n}").format(n=words.count(sum(today))),
        ),
        panel(
            _("Open alarms"),
            html.Div(
                [
                    _row(
                        _("Open"),
                        words.count(summary.open_total),
                        _("of {n} signals").format(n=words.count(summary.open_signals)),
                    ),
                    _row(_("Waiting for acknowledgement"), words.count(summary.waiting), "", summary.waiting == 0),
                    _row(
                        _("Median time to acknowledge, today"),
                        words.lasting(summary.acknowledge_median) if summary.acknowledge_median is not None else "–",
                        _("limit {span}").format(span=words.lasting(ACKNOWLEDGE_WITHIN)),
                        summary.acknowledge_median is not None and summary.acknowledge_median <= ACKNOWLEDGE_WITHIN,
                    ),
                    _row(
                        _("Device to record, median"),
                        f"{summary.record_delay_median.total_seconds():.1f} s"
                        if summary.record_delay_median is not None
                        else "–",
                        _("limit {span}").format(span=words.lasting(timedelta(seconds=10))),
                        summary.record_delay_median is not None
                        and summary.record_delay_median <= timedelta(seconds=10),
                    ),
                ],
                className="wall-rows",
            ),
            aside="GB/T 45839",
        ),
        panel(
            _("Devices heard within a day"),
            html.Div(
                [
                    _row(
                        words.device_kind(kind.kind),
                        words.pct(percent(kind.heard, kind.devices)),
                        f"{words.count(kind.heard)}/{words.count(kind.devices)}",
                    )
                    for kind in figures.history.health.kinds[:6]
                ],
                className="wall-rows",
            ),
            aside=f"{words.count(figures.history.health.heard)}/{words.count(figures.history.health.devices)}",
        ),
    ]


def _row(name: str, value: str, measured_against: str, good: bool | None = None) -> Component:
    tone = "" if good is None else "good" if good else "late"
    return html.Div(
        [html.Span(name), html.B(value, className=tone), html.Span(measured_against, className="quiet")],
        className="wall-row",
    )
