"""The readings of a device as a chart: put `readings_chart(device_id)` into a page and register the callbacks once.

The address holds the view: `reading` (what), `range` (day, week, month, year) and `upto` (its last day).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.queries import readings as reading_queries
from db.queries.readings import Readings
from db.rules.reading_spans import DAILY_ONLY, LENGTHS, Grain, Range, Span
from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from portal import asking, words
from portal.address import address_parts, day_of
from portal.components.layout import note, panel
from portal.components.pickers import menu_of
from portal.figures.readings import Axis, Bar, readings_figure
from portal.locale import _
from portal.words import HERE

DEVICE = "device-readings-device"
BODY = "device-readings"
UNITS = {"battery": "%", "radio": "dBm"}
OWN = ("reading", "range", "upto")


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for; other parts of it stay as they are."""

    path: str
    others: tuple[tuple[str, str], ...]
    reading: str | None
    range: Range
    upto: date

    @classmethod
    def parse(cls, path: str, search: str | None, today: date) -> "View":
        parts = address_parts(search)
        asked = parts.get("range", "")
        return cls(
            path,
            tuple((name, value) for name, value in parts.items() if name not in OWN),
            parts.get("reading"),
            Range(asked) if asked in list(Range) else Range.WEEK,
            day_of(parts.get("upto"), today) or today,
        )

    def href(self, today: date, **changed: Any) -> str:
        asked = {"reading": self.reading, "range": self.range, "upto": self.upto} | changed
        usual = {"reading": None, "range": Range.WEEK, "upto": today}
        own = [(name, str(value)) for name, value in asked.items() if value != usual[name]]
        query = urlencode([*self.others, *own])
        return f"{self.path}?{query}" if query else self.path

    def span(self, now: datetime) -> Span:
        """Up to now, or to the end of an earlier day."""
        end = datetime(self.upto.year, self.upto.month, self.upto.day, tzinfo=HERE) + timedelta(days=1)
        until = min(end, now)
        return Span(until - LENGTHS[self.range], until)


def readings_chart(device_id: int) -> Component:
    """The place of the chart; it follows the address bar."""
    return html.Div(
        [
            dcc.Store(id=DEVICE, data=device_id),
            html.Div(html.Div(className="skeleton", style={"height": "320px"}), id=BODY),
        ],
        className="device-readings",
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(BODY, "children"),
        Input("address", "search"),
        Input(DEVICE, "data"),
        State("address", "pathname"),
    )
    def show(search: str | None, device_id: int, path: str) -> Any:
        now = datetime.now(HERE)
        return shown(device_id, View.parse(path, search, now.date()), now)


def shown(device_id: int, view: View, now: datetime) -> Component:
    """The chart with its choices; one sentence where the device never gave a value within the reader's scope."""
    with asking.reading() as session:
        known = reading_queries.signals_of(session, device_id)
        if not known:
            return panel(_("Readings"), note(_("This device has not given any reading yet.")))
        reading = view.reading if view.reading in known else known[0]
        span = view.span(now)
        found = reading_queries.of_device(session, device_id, reading, span)
    return panel(
        _("Readings"),
        html.Div(_choices(view, reading, known, now.date()), className="controls"),
        _chart(found, reading, span) if found.rows else note(_("Nothing was heard in this time.")),
        html.P(_about(found.grain), className="quiet"),
        aside=f"{name_of(reading)} · {span.since.astimezone(HERE):%Y-%m-%d} – {span.until.astimezone(HERE):%Y-%m-%d}",
        kind="readings",
    )


def name_of(reading: str) -> str:
    if reading in DAILY_ONLY:
        return _("Battery") if reading == "battery" else _("Radio signal")
    return words.signal(reading)


def unit_of(reading: str) -> str:
    return UNITS.get(reading) or BY_SIGNAL[SignalKind(reading)].unit


def _choices(view: View, reading: str, known: list[str], today: date) -> list[Component]:
    ranges = {Range.DAY: _("Day"), Range.WEEK: _("Week"), Range.MONTH: _("Month"), Range.YEAR: _("Year")}
    earlier, later = view.upto - LENGTHS[view.range], min(today, view.upto + LENGTHS[view.range])
    return [
        menu_of(name_of(reading), [(name_of(each), view.href(today, reading=each), each == reading) for each in known]),
        html.Div(
            [
                dcc.Link(name, href=view.href(today, range=each), className="here" if each == view.range else "")
                for each, name in ranges.items()
            ],
            className="tabs",
        ),
        html.Div(
            [
                dcc.Link(_("Earlier"), href=view.href(today, upto=earlier)),
                dcc.Link(_("Later"), href=view.href(today, upto=later)),
            ],
            className="tabs",
        ),
    ]


def _chart(found: Readings, reading: str, span: Span) -> Component:
    axis = Axis(name_of(reading), unit_of(reading), span.since, span.until)
    bars = [Bar(row.at, row.lowest, row.highest, row.mean) for row in found.rows]
    return dcc.Graph(
        figure=readings_figure(bars, found.longest_step, axis, is_rolled_up=found.grain is not Grain.EACH),
        config={
            "displaylogo": False,
            "modeBarButtons": [["toImage", "resetScale2d"]],
            "toImageButtonOptions": {"format": "svg", "filename": f"anwang-{reading}"},
        },
    )


def _about(grain: Grain) -> str:
    return {
        Grain.EACH: _("Each reading as it came; where the line breaks off, nothing was heard."),
        Grain.FIVE_MINUTES: _("Mean of five minutes, the band from lowest to highest; gaps: nothing was heard."),
        Grain.DAY: _("Mean of a day, the band from lowest to highest; gaps: nothing was heard."),
    }[grain]
