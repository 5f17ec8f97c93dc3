"""Files that browsers may keep for ever: their addresses, and the pages' styles and scripts in one bundle each."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Response

FOLDER = Path(__file__).resolve().parent.parent / "assets"
STYLES = ("tokens.css", "portal.css", "theme.css", "wall.css")
SCRIPTS = (
    "vendor/regenerator-runtime/runtime.js",
    *("still.js", "late.js", "live.js", "base-map.js", "map-carry.js", "map-style.js", "map.js"),
    *("wall.js", "wall-takeover.js", "pages.js", "press.js", "seen.js"),
)
TYPES = {"css": "text/css", "js": "text/javascript"}
_ICON = re.compile(r"\bicon\(([a-z-]+)\)")
_SIDE = 24

router = APIRouter()


@cache
def asset_url(name: str) -> str:
    """Address of an asset with its content's hash in it."""
    return f"/assets/{name}?m={hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]}"


@cache
def letters_url(part: Literal["words", "latin-wght"]) -> str:
    """Address of the part of the font that has the portal's own words, or Latin ones, as the font's sheet names it."""
    (file,) = FOLDER.glob(f"fonts/noto-sans-sc/files/noto-sans-sc-{part}-*.woff2")
    return f"/assets/{file.relative_to(FOLDER).as_posix()}"


@cache
def build() -> str:
    """Changes with any script or style: a wall that stays open for months sees that it is an older portal's."""
    digest = hashlib.sha256()
    for path in sorted((*FOLDER.glob("*.js"), *FOLDER.glob("*.css"), *FOLDER.glob("pages/*"))):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def bundle(kind: str) -> bytes:
    """All style sheets ("css") or scripts ("js") of the pages in one, the icons within: one request, not eighty.

    Style sheets and scripts of single pages, one file a page in assets/pages, come after the portal's own.
    """
    own = [FOLDER / name for name in (STYLES if kind == "css" else SCRIPTS)]
    text = "\n".join(path.read_text() for path in (*own, *sorted((FOLDER / "pages").glob(f"*.{kind}"))))
    return (_with_icons(text) if kind == "css" else text).encode()


def _with_icons(styles: str) -> str:
    """`icon(name)` becomes the drawing's place in one picture of all: a browser makes a document of each SVG it shows,
    some milliseconds each. Between two drawings is a free one's width, so that none shows at its neighbour's edge."""
    paths = sorted((FOLDER / "icons").glob("*.svg"))
    places = {path.stem: place for place, path in enumerate(paths)}
    width = 2 * len(paths) - 1
    drawings = "".join(
        path.read_text().replace("<svg ", f'<svg x="{2 * place * _SIDE}" width="{_SIDE}" height="{_SIDE}" ', 1)
        for place, path in enumerate(paths)
    )
    size = f'width="{width * _SIDE}" height="{_SIDE}"'
    picture = base64.b64encode(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{drawings}</svg>'.encode()).decode()
    sizes = f":root {{ --icons-width: {width}00%; --icons-step: {100 / (len(paths) - 1)}%; }}"
    styles = _ICON.sub(lambda icon: str(places[icon[1]]), styles)
    return f"{sizes}\n" + styles.replace("icons()", f'url("data:image/svg+xml;base64,{picture}")')


@cache
def bundle_url(kind: str) -> str:
    """Address of a bundle with its content's hash in it."""
    return f"/assets/bundle.{kind}?m={hashlib.sha256(bundle(kind)).hexdigest()[:12]}"


@router.get("/assets/bundle.{kind}", include_in_schema=False)
def bundled(kind: Literal["css", "js"], m: str | None = None) -> Response:
    """The bundle; for ever where the address carries its hash."""
    is_named = bundle_url(kind).endswith(f"?m={m}")
    headers = {"Cache-Control": "public, max-age=31536000, immutable" if is_named else "no-cache"}
    return Response(bundle(kind), headers=headers, media_type=TYPES[kind])
