"""The Dash app: made by a function, so that a second one in the same process has its own callbacks."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import flask
from dash import Dash

from db.errors import AnwangError, NotAllowed, NotFound
from db.settings import Settings
from portal import asking, pages, shell
from portal.locale import _, language

ASSETS = Path(__file__).resolve().parent.parent / "assets"

STYLES = ("fonts/noto-sans-sc/noto-sans-sc.css", "tokens.css", "portal.css", "wall.css")
SCRIPTS = ("live.js", "map.js", "wall.js", "pages.js")


@cache
def asset_url(name: str) -> str:
    """Address of an asset with its content's hash, so that browsers may keep it for ever."""
    return f"/assets/{name}?m={hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:12]}"


class Portal(Dash):
    """Dash with a page head in the reader's language."""

    def interpolate_index(self, **parts: Any) -> str:
        styles = "".join(f'<link rel="stylesheet" href="{asset_url(name)}">' for name in STYLES)
        scripts = "".join(f'<script src="{asset_url(name)}"></script>' for name in SCRIPTS)
        return (
            f'<!DOCTYPE html><html lang="{language().replace("_", "-")}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{_("Anwang")}</title><link rel="icon" href="{asset_url("icon.svg")}" type="image/svg+xml">'
            f"{styles}{parts['css']}</head><body>{parts['app_entry']}"
            f"<footer>{parts['config']}{parts['scripts']}{scripts}{parts['renderer']}</footer></body></html>"
        )


def create_dash(settings: Settings) -> Dash:
    """The portal's pages. Every request must arrive inside `portal.asking.asked_by`."""
    app = Portal(
        "anwang",
        server=flask.Flask("anwang"),
        assets_folder=str(ASSETS),
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
    status = {NotFound: 404, NotAllowed: 403}.get(type(error), 422)
    return flask.Response(
        shell.refusal_page(status, str(error), [asset_url(name) for name in STYLES[:3]]), status, mimetype="text/html"
    )
