"""What the record takes an alarm for, in the side panel."""

from dash import html
from dash.development.base_component import Component

from db.queries.alarm_natures import Judged
from portal import nature_words
from portal.components.layout import panel
from portal.locale import _


def nature_panel(judged: Judged | None, kind: str) -> Component | None:
    """Nothing where nobody has judged."""
    if judged is None:
        return None
    return panel(
        _("What it is taken for"),
        html.P([html.B(nature_words.nature(judged.nature, kind))]),
        *(html.P(words, className="quiet") for words in nature_words.told(judged.because)),
    )
