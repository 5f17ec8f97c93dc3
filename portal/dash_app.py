"""The Dash app: made by a function, so that a second one in the same process has its own callbacks."""

import json
import re
from typing import Any

import flask
from dash import Dash
from plotly.io.json import config as json_config

from db.errors import AnwangError, NotAllowed, NotFound
from db.queries import appearances
from db.settings import Settings
from portal import asking, pages, refusals, shell
from portal.assets import FOLDER, asset_url, bundle_url, letters_url
from portal.locale import _, language

LETTERS = "fonts/noto-sans-sc/noto-sans-sc.css"
MAP_ENGINE = '<link rel="modulepreload" href="/assets/vendor/maplibre-gl/maplibre-gl.mjs?m=6.17.0">'
"""What a page with a map will ask for anyway, asked for at once."""

OPENING = "".join(
    f'<link rel="preload" as="fetch" crossorigin href="/{name}">' for name in ("_dash-layout", "_dash-dependencies")
)
"""What Dash asks for once its scripts run, asked for while they come."""

TABLES_AND_SMALL_MAPS = ("dash_ag_grid", "dash_leaflet")
"""Large libraries that neither the map nor the wall begins with."""

UNUSED = ("polyfill@", "dash_table/")
"""What browsers without WebGL 2 would need, and Dash's older table. Dash's own scripts use one thing of the former,
which our bundle brings instead: regenerator-runtime."""


def _without(bundles: str, names: tuple[str, ...]) -> str:
    """The page's script elements but for these libraries'."""
    return "".join(element for element, name in _elements(bundles, names) if name is None)


def _late(bundles: str, names: tuple[str, ...]) -> str:
    """The page's script elements; these libraries' wait for assets/late.js."""
    return "".join(
        element if name is None else element.replace("<script", f'<script type="text/plain" data-late="{name}"')
        for element, name in _elements(bundles, names)
    )


def _elements(bundles: str, names: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """Script elements, each with the one of these libraries that it brings."""
    elements = re.findall(r"<script.*?</script>", bundles, re.DOTALL)
    return [(element, next((name for name in names if f"/{name}" in element), None)) for element in elements]


def _reader(settings: Settings, *, is_bare: bool) -> str:
    """Attributes of the page: light or dark where the person chose, and whose what is kept on this device is.

    A wall keeps nothing.
    """
    asker = asking.current()
    with asking.reading() as session:
        scheme = appearances.scheme_of(session, asker.person_id)
    said = f' data-scheme="{scheme}"' if scheme else ""
    if is_bare:
        return said
    owner = f"{asker.person_id}-{asker.role}-{asker.home}"
    return f'{said} data-owner="{owner}" data-keep-hours="{settings.session_absolute_hours}"'


def _seen_words() -> str:
    """What `seen.js` says of pages without a network."""
    said = {
        "seen": _("No network: this is what you saw at {at}. It may be out of date."),
        "offline": _("No network"),
        "none": _("This page was not opened before on this device. Kept from before:"),
    }
    return f'<script type="application/json" id="seen-words">{json.dumps(said, ensure_ascii=False)}</script>'


class Portal(Dash):
    """Dash with a page head in the reader's language."""

    def interpolate_index(self, **parts: Any) -> str:
        styles = "".join(f'<link rel="stylesheet" href="{url}">' for url in (asset_url(LETTERS), bundle_url("css")))
        script = f'<script src="{bundle_url("js")}"></script>'
        path = flask.request.path
        page = pages.find(path)
        is_bare = page is not None and page.bare
        reader = _reader(self.server.config["ANWANG"], is_bare=is_bare)
        bundles = _without(parts["scripts"], UNUSED)
        if is_bare:
            bundles = _without(bundles, TABLES_AND_SMALL_MAPS)
        elif page is not None and page.name == "map":
            bundles = _late(bundles, TABLES_AND_SMALL_MAPS)
        hints = MAP_ENGINE if page is not None and page.name in ("map", "wall") else ""
        fonts = [letters_url(part) for part in (("words", "latin-wght") if language() == "zh_CN" else ("latin-wght",))]
        hints += OPENING + "".join(
            f'<link rel="preload" as="font" type="font/woff2" crossorigin href="{font}">' for font in fonts
        )
        return (
            f'<!DOCTYPE html><html lang="{language().replace("_", "-")}"{reader}><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
            f'<title>{_("Anwang")}</title><link rel="icon" href="{asset_url("icon.svg")}" type="image/svg+xml">'
            f'<link rel="manifest" href="{asset_url("manifest.webmanifest")}" crossorigin="use-credentials">'
            f'<link rel="apple-touch-icon" href="{asset_url("icons/app-192.png")}">'
            f"{hints}{styles}{parts['css']}</head><body>{parts['app_entry']}"
            f"<footer>{_seen_words()}{parts['config']}{bundles}{script}{parts['renderer']}</footer></body></html>"
        )


def create_dash(settings: Settings) -> Dash:
    """The portal's pages. Every request must arrive inside `portal.asking.asked_by`."""
    # With orjson installed plotly would first rebuild every answer in Python: 21 ms of a ranking's, and 10 like this.
    json_config.default_engine = "json"
    app = Portal(
        "anwang",
        server=flask.Flask("anwang"),
        assets_folder=str(FOLDER),
        include_assets_files=False,
        suppress_callback_exceptions=True,
        update_title="",
        add_log_handler=False,
    )
    app.server.config["ANWANG"] = settings
    app.server.before_request(_known_and_allowed)
    app.server.register_error_handler(AnwangError, _refused)
    app.layout = shell.layout
    shell.register_callbacks(app)
    for page in pages.PAGES:
        page.register_callbacks(app)
    # Dash registers its libraries at the first request, and others that come meanwhile find none.
    app._setup_server()
    return app


def _known_and_allowed() -> None:
    """A page that is not there, or not for this person, is refused by its address."""
    path = flask.request.path
    if flask.request.method != "GET" or path.startswith(("/_dash", "/_reload", "/_favicon", "/assets/")):
        return
    page = pages.find(path)
    if page is None:
        raise NotFound("There is no such page.")
    if asking.current().role not in page.roles:
        raise NotAllowed("This page is not for your role.")


def _refused(error: AnwangError) -> flask.Response:
    status, _code = refusals.STATUS.get(type(error), (422, ""))
    return flask.Response(refusals.page(status, _(str(error))), status, mimetype="text/html")
