"""The door's own pages, rendered by Jinja2."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from portal import asking
from portal.assets import asset_url
from portal.locale import _, language, ngettext


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.install_gettext_callables(_, ngettext, newstyle=False)  # type: ignore[attr-defined]
    templates.globals["asset_url"] = asset_url
    return templates


def markup(template: str, *, title: str, here: str = "/", **values: Any) -> str:
    """One of the door's pages in the reader's language; `here` is where its language switch returns to."""
    asker = asking.known()
    frame = {"title": title, "here": here, "language": language(), "csrf_token": asker.csrf_token if asker else ""}
    return _templates().get_template(template).render(**frame, **values)


def page(template: str, status: int = 200, *, title: str, here: str = "/", **values: Any) -> HTMLResponse:
    return HTMLResponse(markup(template, title=title, here=here, **values), status)
