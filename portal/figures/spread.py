"""How long something took, as bars of plain HTML: one a bin, those beyond the limit in the colour of a warning."""

from collections.abc import Sequence
from datetime import timedelta

from dash import html
from dash.development.base_component import Component


def spread_bars(bins: Sequence[tuple[str, timedelta, int]], limit: timedelta | None) -> Component:
    """Bars for (words, lower edge, count), shortest first; counts stand above their bars."""
    most = max((count for _words, _edge, count in bins), default=0) or 1
    return html.Div(
        [
            html.Div(
                [
                    html.Span(f"{count:,}" if count else "", className="spread-count"),
                    html.I(
                        style={"height": f"{max(2.0, count / most * 100) if count else 0:.1f}%"},
                        className="late" if limit is not None and edge >= limit else "",
                    ),
                    html.Span(words, className="spread-word"),
                ]
            )
            for words, edge, count in bins
        ],
        className="spread",
    )
