"""The wording of one paragraph, open: figures are inserted from the snapshot, never typed."""

from dash import dcc, html
from dash.development.base_component import Component

from db.rules.bulletin_problems import PROBLEMS
from db.rules.measures import MeasureKey
from db.rules.venue_categories import BULLETIN_CATEGORIES
from portal.exports.bulletins.workbook_file import category_name, measure_name
from portal.locale import _
from portal.pages.bulletin import ids


def editor(block: str, written: str, address: str) -> Component:
    """What is refused stays in the field."""
    return html.Div(
        [
            dcc.Textarea(id=ids.TEXT, value=written, maxLength=4000, className="bulletin-sheet-text"),
            dcc.Store(id=ids.BLOCK, data=block),
            html.Div(
                [
                    dcc.Dropdown(
                        id=ids.INSERT,
                        options=_options(),
                        placeholder=_("Insert a figure"),
                        optionHeight=30,
                        labels={"no_options_found": _("No such figure"), "search": _("Measure, category, field")},
                    ),
                    html.Button(_("Save"), id=ids.SAVE, className="primary", n_clicks=0),
                    dcc.Link(_("Cancel"), href=address, className="button"),
                ],
                className="bulletin-sheet-editing-foot",
            ),
            html.Div(id=ids.SAVE_SAID, role="status"),
        ],
        className="bulletin-sheet-editing",
    )


def _fields() -> dict[str, str]:
    return {
        "count": _("number"),
        "of": _("out of how many"),
        "rest": _("number missing"),
        "rate": _("rate"),
        "order": _("parts by rate"),
        "counts": _("parts by number"),
    }


def _options() -> list[dict[str, str]]:
    """Of the copy's own region; a code written instead of `here` names another."""
    return [
        {
            "value": f"{{{measure}/here/{category}/{field}}}",
            "label": f"{measure_name(measure)} · {category_name(category)} · {name}",
        }
        for measure in (*(key.value for key in MeasureKey), *PROBLEMS)
        for category in ("all", *(each.value for each in BULLETIN_CATEGORIES))
        for field, name in _fields().items()
    ]
