"""Ctrl+K: every page and act of the reader by name, and whatever the record holds."""

import json
from typing import Any

from dash import html
from dash.development.base_component import Component

from db.commands.name_initials import name_initials
from db.queries.search import sounds_of
from db.rules.map_layers import Layer
from portal import asking, pages
from portal.components.layout import icon
from portal.locale import _, language
from portal.pages.map.controls import ask_name
from portal.pages.map.layers import layer_name
from portal.pages.map.view import ASKS


def opener() -> Component:
    """What looks like a search field in the header and opens the palette."""
    words = _("Search: venue, person, device, page")
    return html.Button(
        [icon("search"), html.Span(words, className="find-words"), html.Kbd("Ctrl K")],
        id="find",
        className="find",
        title=words,
        **{
            "aria-haspopup": "dialog",
            "data-entries": json.dumps(_entries(), ensure_ascii=False),
            "data-words": json.dumps(_words(), ensure_ascii=False),
        },
    )


def _words() -> dict[str, str]:
    return {
        "placeholder": _("Name, pinyin, initials, address, person, telephone or device number"),
        "pages": _("Pages and acts"),
        "venue": _("Venues"),
        "person": _("People"),
        "device": _("Devices"),
        "alike": _("Sounds alike"),
        "nothing": _("Nothing like it within your scope."),
        "failed": _("The search does not answer. Try again in a moment."),
        "keys": _("↑ ↓ choose · Enter open · Esc close"),
        "label": _("Search"),
    }


def _entries() -> list[dict[str, Any]]:
    asker = asking.current()
    found = [
        _entry(page.title(), page.menu_path, page.icon)
        for page in pages.PAGES
        if page.menu_path and asker.role in page.roles
    ]
    found += [_entry(_("Map: {layer}").format(layer=layer_name(layer)), f"/?layer={layer}", "map") for layer in Layer]
    found += [_entry(_("Map: {layer}").format(layer=ask_name(ask)), f"/?ask={ask}", "map") for ask in ASKS]
    found.append(_entry(_("Choose a role"), "/role", "person"))
    found.append(_entry("English" if language() == "zh_CN" else "中文", None, "person", act="language"))
    found.append(_entry(_("Log out"), None, "person", act="logout"))
    return found


def _entry(title: str, href: str | None, drawing: str, act: str = "") -> dict[str, Any]:
    """Found by its words, their pinyin and their initials."""
    return {
        "title": title,
        "href": href,
        "icon": drawing,
        "act": act,
        "by": f"{title.lower()} {sounds_of(title)} {name_initials(title)}",
    }
