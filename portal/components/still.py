"""What stands still: elements that no callback addresses, drawn by one component instead of one each.

Dash wraps each component in a watcher of the page's whole state, which every change of it wakes: a millisecond each on
an office machine before the page is first seen. What has no `id` can be neither a callback's input nor its output.
"""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

HTML = html.Div().to_plotly_json()["namespace"]
LINK = ("dash_core_components", "Link")
LINK_SHOWS = {"href", "className", "title", "style"}
INPUT = ("dash_core_components", "Input")
HIDDEN_SAYS = {"type", "name", "value"}


class Still(Component):
    """Elements as `assets/still.js` draws them: each `[tag, attributes, *children]`, with words between them."""

    _namespace = "anwang"
    _type = "Still"
    _prop_names = ("tree",)
    _base_nodes = ("children",)
    _children_props = ()
    _valid_wildcard_attributes = ()
    available_properties = ("tree",)

    def __init__(self, tree: Sequence[Any]) -> None:
        super().__init__(tree=tree)


def still(content: Any) -> Any:
    """The same content (a component, words, or a list of both) with few components: those with an id and around them.

    What is no HTML element, link or unseen field of a form stays, and what is around it. Changes the components it is
    given.
    """
    return _joined([_settled(part) for part in (content if isinstance(content, list | tuple) else [content])])


def _settled(part: Any) -> Any:
    """A tuple `(tag, attributes, *children)` where the part stands still; else the part, with its inside settled."""
    if isinstance(part, list | tuple):
        return still(part)
    if not isinstance(part, Component):
        return part
    shown = part.to_plotly_json()
    attributes = {name: value for name, value in shown["props"].items() if value is not None}
    children = attributes.pop("children", None)
    tag = _tag(shown["namespace"], shown["type"], attributes)
    if tag is None and shown["namespace"] != HTML:
        return part
    inside = [_settled(each) for each in (children if isinstance(children, list | tuple) else [children])]
    if tag is not None and not any(isinstance(each, Component | list) for each in inside):
        return (tag, attributes, *(each for each in inside if each is not None))
    part.children = _joined(inside)
    return part


def _joined(parts: Sequence[Any]) -> Any:
    """Neighbours that stand still as one component."""
    joined: list[Any] = []
    standing: list[Any] = []
    for part in [*parts, None]:
        if isinstance(part, tuple) or (standing and isinstance(part, str | int | float)):
            standing.append(part)
            continue
        if standing:
            joined.append(Still(standing))
            standing = []
        if part is not None:
            joined.append(part)
    return joined[0] if len(joined) == 1 else joined


def _tag(namespace: str, kind: str, attributes: dict[str, Any]) -> str | None:
    """How `assets/still.js` knows it; None for what must stay a component."""
    if namespace == HTML and "id" not in attributes and not kind.endswith("El"):  # MapEl, ObjectEl: other tags
        return kind.lower()
    if (namespace, kind) == INPUT and attributes.get("type") == "hidden" and attributes.keys() <= HIDDEN_SAYS:
        return "input"
    return kind if (namespace, kind) == LINK and attributes.keys() <= LINK_SHOWS else None
