"""Fields for a day, a time of day, or both: the browser's own, good on a phone."""

from dash import dcc, html
from dash.development.base_component import Component


def moment_field(store: str, kind: str, value: str, label: str, *, lowest: str = "", highest: str = "") -> Component:
    """`kind` is date, time or datetime-local; what is chosen stands in `store` as the browser writes it."""
    data = {"data-store": store, "data-type": kind, "data-value": value, "data-label": label}
    limits = {"data-min": lowest, "data-max": highest}
    return html.Label(
        [
            html.Span(label),
            html.Span(className="moment-field", **data, **{name: limit for name, limit in limits.items() if limit}),
            dcc.Store(id=store, data=value),
        ],
        className="field",
    )


def field(label: str, content: Component, kind: str = "") -> Component:
    """A named field of a form."""
    return html.Div([html.Span(label, className="field-name"), content], className=f"field {kind}".strip())
