"""Pieces of a case's panel, whatever the case is: deadline, facts, timeline, the forms of its acts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from portal import hazard_words, words
from portal.components.press import press
from portal.locale import _


def back_to_list(href: str) -> Component:
    """From a case to the list beside it; where both are on the screen, the list has the width again."""
    return dcc.Link(_("‹ To the list"), href=href, className="back-to-list")


@dataclass(frozen=True, slots=True)
class Happened:
    """One step of a case's life, in words."""

    at: datetime
    what: str
    who: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an act's form: `kind` is text, words, date or choice."""

    name: str
    label: str
    kind: str = "words"
    value: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    """Value and words."""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ActForm:
    """An act that this person may take now, with what it asks; or why it is closed to them."""

    act: str
    name: str
    fields: tuple[Field, ...] = ()
    refused: str = ""
    above: Any = None
    """What stands above the fields: a box for photographs, a remark."""
    is_main: bool = False


def due(act_by: datetime | None, now: datetime) -> Component:
    """What is left until the next step is due, or how long it has been."""
    if act_by is None:
        return html.Span(_("Nothing is owed"), className="case-due quiet")
    left = act_by - now
    late = left.total_seconds() < 0
    said = _("overdue by {span}") if late else _("{span} left")
    return html.Span(
        [said.format(span=hazard_words.span(left)), html.Small(_("by {at}").format(at=words.moment(act_by)))],
        className="case-due late" if late else "case-due",
    )


def facts(rows: Iterable[tuple[str, Any]]) -> Component:
    """Name and value, those without a value left out."""
    told = [(name, value) for name, value in rows if value not in (None, "")]
    return html.Table(
        html.Tbody([html.Tr([html.Td(name), html.Td(value)]) for name, value in told]), className="compact case-facts"
    )


def timeline(steps: Sequence[Happened], now: datetime) -> Component:
    return html.Ul(
        [
            html.Li(
                [
                    html.Time(words.moment(step.at, now)),
                    html.Span([f"{step.what} · {step.who}", html.Small(step.note)]),
                ]
            )
            for step in steps
        ],
        className="timeline long",
    )


def act_forms(kind: str, case_id: int, forms: Sequence[ActForm]) -> Component:
    """Each act as a form that unfolds; the one that is awaited stands open. `kind` begins the fields' ids.

    Which act is pressed upon which `case` comes into the store `pressed_id(kind)`, which the page's layout has.
    """
    return html.Div([_form(kind, case_id, form) for form in forms], className="case-acts")


def pressed_id(kind: str) -> str:
    """Id of the store that hears of the acts' buttons."""
    return f"{kind}-pressed"


def filled(act: str, values: Sequence[Any], fields: Sequence[dict[str, str]]) -> dict[str, str]:
    """What stands in the fields of an act, by their names: `fields` are the ids of `values`."""
    return {field["name"]: str(value or "") for field, value in zip(fields, values, strict=True) if field["act"] == act}


def _form(kind: str, case_id: int, form: ActForm) -> Component:
    if form.refused:
        return html.Div([html.B(form.name), html.Span(form.refused)], className="refused-act")
    inside = [
        form.above,
        *(labelled(field, {"type": f"{kind}-field", "act": form.act, "name": field.name}) for field in form.fields),
        press(
            form.name,
            pressed_id(kind),
            {"case": case_id, "act": form.act},
            className="primary" if form.is_main else "",
        ),
    ]
    return html.Details(
        [html.Summary(form.name), html.Div(inside, className="act-form")],
        open=form.is_main,
        className="main" if form.is_main else "",
    )


def labelled(field: Field, key: Any) -> Component:
    """A field under its label."""
    return html.Label([html.Span(field.label), _input(field, key), html.Small(field.hint) if field.hint else None])


def _input(field: Field, key: Any) -> Component:
    if field.kind == "choice":
        return dcc.Dropdown(
            id=key,
            options=[{"value": value, "label": label} for value, label in field.choices],
            value=field.value,
            clearable=False,
            searchable=len(field.choices) > 8,
            placeholder=_("Choose"),
        )
    if field.kind == "date":
        return dcc.Input(id=key, type="date", value=field.value)
    if field.kind == "text":
        return dcc.Input(id=key, type="text", value=field.value or "", maxLength=200)
    return dcc.Textarea(id=key, value=field.value or "", maxLength=1000)
