"""The wall's right column: alarms by level and hour, handling against the limits, hazards, devices."""

from collections import Counter, defaultdict
from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from db.rules.coverage import percent
from db.rules.deadlines import BY_HOP, Hop
from portal import regions, telling_words, words
from portal.figures.hours import hour_bars
from portal.locale import _
from portal.pages.wall.figures import FIRE_WITHIN, WallFigures
from portal.pages.wall.panel import wall_panel, wall_row

ACKNOWLEDGE_WITHIN = timedelta(minutes=5)
MOST_PLACES = 12
SHOWN_HOPS = (Hop.TO_CENTRE, Hop.PUSHED, Hop.TO_PHONE)


def right(figures: WallFigures) -> list[Component]:
    at = figures.history.at
    return [
        _alarms(figures),
        _handling(figures),
        _hazards(figures),
        _places(figures),
        wall_panel(
            _("Devices heard within a day"),
            html.Div(_devices(figures), className="wall-rows"),
            aside=f"{words.count(figures.history.health.heard)}/{words.count(figures.history.health.devices)}",
            as_of=at,
            kind="wall-devices",
        ),
        wall_panel(
            _("Sources of data"),
            html.Div(_feeds(figures), className="wall-rows"),
            as_of=figures.now,
            kind="only-wide wall-feeds",
            live=True,
        ),
    ]


def _alarms(figures: WallFigures) -> Component:
    today = figures.summary.raised_today
    counts = [
        html.Div(
            [html.B(words.count(today[level - 1])), html.Span(words.level(level))], className=words.level_class(level)
        )
        for level in (1, 2, 3, 4)
    ]
    return wall_panel(
        _("Alarms · 24 hours"),
        *hour_bars([(hour.start, hour.counts) for hour in figures.hours]),
        html.Div(counts, className="level-counts"),
        aside=_("today {n}").format(n=words.count(sum(today))),
        kind="wall-alarms",
        as_of=figures.now,
        live=True,
    )


def _handling(figures: WallFigures) -> Component:
    summary = figures.summary
    median = summary.acknowledge_median
    waiting = _("{waiting} of {n} open wait").format(
        waiting=words.count(summary.waiting), n=words.count(summary.open_total)
    )
    rows = [_hop_row(figures, hop) for hop in SHOWN_HOPS]
    rows.append(
        wall_row(
            _("Acknowledged, median"),
            words.lasting(median) if median is not None else "–",
            _("limit {span}").format(span=words.lasting(ACKNOWLEDGE_WITHIN)),
            None if median is None else median <= ACKNOWLEDGE_WITHIN,
        )
    )
    fires = figures.history.fires
    rows.append(
        wall_row(
            _("Fires passed on in time"),
            f"{fires.in_time}/{fires.acknowledged + fires.waiting + fires.refused}",
            _("limit {span}").format(span=telling_words.limit(FIRE_WITHIN)),
            None if not fires.acknowledged + fires.waiting + fires.refused else fires.waiting + fires.refused == 0,
        )
    )
    return wall_panel(
        _("Handling in time · today"),
        html.Div(rows, className="wall-rows"),
        aside=waiting,
        as_of=figures.now,
        live=True,
    )


def _hop_row(figures: WallFigures, hop: Hop) -> Component:
    found = next(each for each in figures.history.hops if each.hop is hop)
    limit = BY_HOP[hop].limit
    assert limit is not None
    good = None if found.median is None else found.median <= limit
    return wall_row(
        _short_hop(hop),
        telling_words.took(found.median),
        _("limit {span}").format(span=telling_words.limit(limit)),
        good,
    )


def _short_hop(hop: Hop) -> str:
    return {
        Hop.TO_CENTRE: _("Device to centre"),
        Hop.PUSHED: _("Pushed over two channels"),
        Hop.TO_PHONE: _("Message to telephone"),
    }[hop]


def _hazards(figures: WallFigures) -> Component:
    found = figures.history.hazards
    return wall_panel(
        _("Hazards · this month"),
        html.Div(
            [
                wall_row(
                    _("Found / closed"),
                    f"{words.count(found.found)} / {words.count(found.closed)}",
                    words.pct(percent(found.closed, found.found)),
                ),
                wall_row(
                    _("Overdue"),
                    words.count(found.overdue),
                    _("of {n} open").format(n=words.count(found.standing)),
                    found.overdue == 0,
                ),
            ],
            className="wall-rows",
        ),
        aside=_("{n} major open").format(n=words.count(found.major)),
        as_of=figures.history.at,
    )


def _places(figures: WallFigures) -> Component:
    """Open alarms by the region's parts and level, the most burdened first."""
    counted: dict[str, Counter[int]] = defaultdict(Counter)
    is_province = figures.home.level == "province"
    for alarm in figures.alarms:
        counted[alarm.city_name if is_province else alarm.county_name][alarm.level] += 1
    order = sorted(counted.items(), key=lambda item: tuple(-item[1][level] for level in (1, 2, 3, 4)))
    head = [html.Th(""), *[html.Th(words.level_colour(level)) for level in (1, 2, 3, 4)]]
    lines = [
        html.Tr(
            [
                html.Th(regions.named(name)),
                *[
                    html.Td(words.count(by_level[level]), className="" if by_level[level] else "none")
                    for level in (1, 2, 3, 4)
                ],
            ]
        )
        for name, by_level in order[:MOST_PLACES]
    ]
    return wall_panel(
        _("Open alarms by region"),
        html.Table([html.Thead(html.Tr(head)), html.Tbody(lines)]),
        as_of=figures.now,
        kind="only-wide wall-places",
        live=True,
    )


def _devices(figures: WallFigures) -> list[Component]:
    return [
        wall_row(
            words.device_kind(kind.kind),
            words.pct(percent(kind.heard, kind.devices)),
            f"{words.count(kind.heard)}/{words.count(kind.devices)}",
        )
        for kind in figures.history.health.kinds[:4]
    ]


def _feeds(figures: WallFigures) -> list[Component]:
    """Each door's last sign of life."""
    return [
        wall_row(feed.name, words.clock(feed.alive_at), _("{n} messages").format(n=words.count(feed.accepted)))
        for feed in figures.feeds
    ]
