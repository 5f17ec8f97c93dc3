"""The layers in words and colours."""

from collections.abc import Iterable
from dataclasses import dataclass

from db.queries.map_figures import AreaFigure
from db.rules.map_layers import LESS_IS_BETTER, Layer
from portal import words
from portal.figures import palette
from portal.locale import _

CASES = frozenset({Layer.ALARMS, Layer.HAZARDS})
TOPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


def layer_name(layer: str) -> str:
    return {
        "access": _("Access rate"),
        "duty": _("Duty coverage"),
        "verified": _("Verified duty"),
        "proven": _("Proven online"),
        "alarms": _("Open alarms"),
        "hazards": _("Open hazards"),
        "handling": _("Handling time"),
    }[layer]


def layer_meaning(layer: str) -> str:
    """What exactly the layer measures, in one sentence."""
    return {
        "access": _("Accessed venues ÷ venues in scope."),
        "duty": _("Venues with 24-hour duty declared ÷ venues in scope."),
        "verified": _("Of the duty declared in the day up to then, the part with evidence in time."),
        "proven": _("Devices with fresh evidence of the right kind ÷ devices in use."),
        "alarms": _("Open alarms per 100 venues; drills and notices left out."),
        "hazards": _("Open hazards per 100 venues."),
        "handling": _("Median time from signal to closing, of alarms of the last 30 days."),
    }[layer]


def keys(layer: str) -> tuple[str, str]:
    """What the two colours of a venue's point say."""
    return {
        "access": (_("Accessed"), _("Not accessed")),
        "duty": (_("On duty"), _("No duty")),
        "verified": (_("Answered within a week"), _("No answer for a week")),
        "proven": (_("Some device proven"), _("Nothing proven")),
        "alarms": (_("No open alarm"), _("Alarm open")),
        "hazards": (_("No open hazard"), _("Hazard open")),
        "handling": (_("Accessed"), _("Not accessed")),
    }[layer]


@dataclass(frozen=True, slots=True)
class Scale:
    """How values become colours: light is good in every layer, whichever way its figures run."""

    layer: Layer
    low: float
    high: float

    @classmethod
    def of(cls, layer: Layer, figures: Iterable[AreaFigure]) -> "Scale":
        values = [figure.value for figure in figures if figure.value is not None]
        if layer not in LESS_IS_BETTER:
            return cls(layer, *palette.rate_bounds(values))
        most = max(values, default=1.0)
        return cls(layer, 0.0, float(next((top for top in TOPS if top >= most), TOPS[-1])))

    def colour(self, figure: AreaFigure | None) -> str:
        return self.colour_of(figure.value if figure else None)

    def colour_of(self, value: float | None) -> str:
        if value is None:
            return palette.NOTHING
        if self.layer in LESS_IS_BETTER:
            value = self.low + self.high - value
        return palette.colour(value, (self.low, self.high))

    @property
    def ends(self) -> tuple[str, str]:
        """The words at the dark and at the light end."""
        ends = (self.high, self.low) if self.layer in LESS_IS_BETTER else (self.low, self.high)
        return _end(self.layer, ends[0]), _end(self.layer, ends[1])


def _end(layer: Layer, value: float) -> str:
    if layer in CASES:
        return f"{value:.0f}"
    return _("{n} min").format(n=f"{value:.0f}") if layer is Layer.HANDLING else f"{value:.0f}%"


def shown_value(layer: Layer, figure: AreaFigure | None) -> str:
    """The value in few letters, as it stands on the map."""
    if figure is None or figure.value is None:
        return "–"
    if layer in CASES:
        return words.count(int(figure.part))
    return _("{n} min").format(n=f"{figure.value:.0f}") if layer is Layer.HANDLING else words.pct(figure.value)


def value_text(layer: Layer, figure: AreaFigure | None) -> str:
    """The value with what it was counted from."""
    if figure is None or figure.value is None:
        return _("No record of that day")
    if layer in CASES:
        return _("{n} open · {rate} per 100 venues").format(n=words.count(int(figure.part)), rate=f"{figure.value:.1f}")
    if layer is Layer.HANDLING:
        return _("median {minutes} min · {n} alarms").format(
            minutes=f"{figure.value:.0f}", n=words.count(int(figure.whole))
        )
    if layer is Layer.VERIFIED:
        return f"{words.pct(figure.value)} · " + _("{n} hours declared").format(n=words.count(round(figure.whole / 60)))
    return f"{words.pct(figure.value)} · {words.count(int(figure.part))}/{words.count(int(figure.whole))}"
