"""Parts of pages that no callback addresses: drawn by one component, with everything that they were."""

import json
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component
from plotly.utils import PlotlyJSONEncoder

from portal.components.still import Still, still


def said(content: Any) -> Any:
    """As the browser gets it."""
    return json.loads(json.dumps(content, cls=PlotlyJSONEncoder))


def trees(content: Component) -> list[Any]:
    assert isinstance(content, Still)
    tree: list[Any] = said(content)["props"]["tree"]
    return tree


def test_what_has_no_id_becomes_one_component() -> None:
    content = html.Ul(
        [html.Li([html.Strong("赣州市"), " 12"]), html.Li(None, className="free")], style={"--tone": "red"}
    )
    assert trees(still(content)) == [
        ["ul", {"style": {"--tone": "red"}}, ["li", {}, ["strong", {}, "赣州市"], " 12"], ["li", {"className": "free"}]]
    ]


def test_attributes_of_any_kind_are_kept() -> None:
    content = html.Td("3", colSpan=2, hidden=False, **{"data-as-of": "now", "aria-label": "three"})
    assert trees(still(content)) == [
        ["td", {"colSpan": 2, "hidden": False, "data-as-of": "now", "aria-label": "three"}, "3"]
    ]


def test_what_has_an_id_stays_and_what_is_around_it_too() -> None:
    part = html.Div([html.P("二"), html.P("三")], id="part")
    content = html.Div([html.H1("一"), part, html.P("四")], className="page")
    shown = said(still(content))
    assert shown["type"] == "Div"
    before, inside, after = shown["props"]["children"]
    assert before["props"]["tree"] == [["h1", {}, "一"]]
    assert inside["props"]["id"] == "part"
    assert inside["props"]["children"]["props"]["tree"] == [["p", {}, "二"], ["p", {}, "三"]]
    assert after["props"]["tree"] == [["p", {}, "四"]]


def test_what_a_form_sends_unseen_stands_still() -> None:
    form = html.Form([dcc.Input(type="hidden", name="csrf_token", value="x"), html.Button("一")], action="/y")
    hidden = ["input", {"name": "csrf_token", "type": "hidden", "value": "x"}]
    assert trees(still(form)) == [["form", {"action": "/y"}, hidden, ["button", {}, "一"]]]
    named = still([dcc.Input(type="hidden", id="reason")])
    assert isinstance(named, dcc.Input)


def test_components_of_other_kinds_stay() -> None:
    field = dcc.Input(type="text", name="reason", value="x")
    shown = still([html.P("一"), field, "二", html.P("三")])
    assert [type(part) for part in shown] == [Still, dcc.Input, str, Still]


def test_words_between_elements_keep_their_place() -> None:
    assert trees(still(["一", html.B("二"), "三"])[1]) == [["b", {}, "二"], "三"]
    assert still("一") == "一"
    assert still([]) == []


def test_links_go_on_without_loading_unless_they_ask_for_more() -> None:
    assert trees(still(dcc.Link("一", href="/x", className="c"))) == [["Link", {"href": "/x", "className": "c"}, "一"]]
    assert isinstance(still(dcc.Link("一", href="/x", refresh=True)), dcc.Link)


def test_what_was_made_still_may_be_asked_for_again() -> None:
    content = html.Div([html.P("一"), html.Div(html.P("二"), id="part")])
    once = said(still(content))
    assert said(still(content)) == once
