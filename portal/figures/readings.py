"""Readings over time: the mean as a line, lowest to highest as a band, and nothing where nothing was heard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.figures import template
from portal.locale import _
from portal.words import HERE


@dataclass(frozen=True, slots=True)
class Bar:
    """One moment of the chart, or one bucket."""

    at: datetime
    lowest: float
    highest: float
    mean: float


@dataclass(frozen=True, slots=True)
class Axis:
    """What the chart is of, and the stretch of time that it shows whether or not anything was heard."""

    title: str
    unit: str
    since: datetime
    until: datetime


def readings_figure(bars: Sequence[Bar], longest_step: timedelta, axis: Axis, *, is_rolled_up: bool) -> dict[str, Any]:
    """A Plotly figure as plain data; neighbours further apart than `longest_step` are not joined."""
    pieces = list(stretches(bars, longest_step))
    traces = [_line(pieces, axis, is_rolled_up), _alone(pieces, axis)]
    if is_rolled_up:
        traces.insert(0, _band(pieces))
    return {"data": traces, "layout": _layout(axis)}


def stretches(bars: Sequence[Bar], longest_step: timedelta) -> Iterator[list[Bar]]:
    """The bars without a gap between them, stretch by stretch."""
    stretch: list[Bar] = []
    for bar in bars:
        if stretch and bar.at - stretch[-1].at > longest_step:
            yield stretch
            stretch = []
        stretch.append(bar)
    if stretch:
        yield stretch


def _line(pieces: Sequence[list[Bar]], axis: Axis, is_rolled_up: bool) -> dict[str, Any]:
    hover = "%{y:.4~g} " + axis.unit
    if is_rolled_up:
        hover = _("mean {mean}, {lowest} to {highest}").format(
            mean=hover, lowest="%{customdata[0]:.4~g}", highest="%{customdata[1]:.4~g}"
        )
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": axis.title,
        "connectgaps": False,
        "line": {"color": template.line_colour(), "width": 1.6},
        "hovertemplate": f"%{{x|%Y-%m-%d %H:%M}}<br>{hover}<extra></extra>",
        **_points(pieces),
    }
    if is_rolled_up:
        trace["customdata"] = [
            point for piece in pieces for point in (*[[_short(b.lowest), _short(b.highest)] for b in piece], [None] * 2)
        ]
    return trace


def _points(pieces: Sequence[list[Bar]]) -> dict[str, Any]:
    """Means; after each stretch a point without a value, at which the line ends."""
    xs: list[str] = []
    ys: list[float | None] = []
    for piece in pieces:
        xs += [*map(_moment, piece), _moment(piece[-1])]
        ys += [*(_short(bar.mean) for bar in piece), None]
    return {"x": xs, "y": ys}


def _alone(pieces: Sequence[list[Bar]], axis: Axis) -> dict[str, Any]:
    """A reading between two gaps has no line: a dot instead."""
    alone = [piece[0] for piece in pieces if len(piece) == 1]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": axis.title,
        "x": [_moment(bar) for bar in alone],
        "y": [_short(bar.mean) for bar in alone],
        "marker": {"color": template.line_colour(), "size": 5},
        "hoverinfo": "skip",
    }


def _band(pieces: Sequence[list[Bar]]) -> dict[str, Any]:
    """An outline for each stretch: there along the highest, back along the lowest."""
    xs: list[str | None] = []
    ys: list[float | None] = []
    for piece in pieces:
        moments = [_moment(bar) for bar in piece]
        xs += [*moments, *reversed(moments), None]
        ys += [*(_short(bar.highest) for bar in piece), *(_short(bar.lowest) for bar in reversed(piece)), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _("lowest to highest"),
        "x": xs,
        "y": ys,
        "fill": "toself",
        "fillcolor": template.band_colour(),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _layout(axis: Axis) -> dict[str, Any]:
    return template.layout(
        height=320,
        hovermode="x",
        xaxis=template.axis(
            type="date",
            range=[_local(axis.since), _local(axis.until)],
            hoverformat="%Y-%m-%d %H:%M",
            tickformatstops=[
                {"dtickrange": [None, 86_399_999], "value": "%H:%M\n%m-%d"},
                {"dtickrange": [86_400_000, 604_800_000], "value": "%m-%d"},
                {"dtickrange": [604_800_001, None], "value": "%Y-%m"},
            ],
        ),
        yaxis=template.axis(title={"text": axis.unit}),
    )


def _moment(bar: Bar) -> str:
    return _local(bar.at)


def _local(at: datetime) -> str:
    """Plotly draws what it is told, whatever the browser's zone."""
    return at.astimezone(HERE).strftime("%Y-%m-%d %H:%M:%S")


def _short(value: float) -> float:
    """Five digits are finer than any screen."""
    return float(f"{value:.5g}")
