"""Refusals in words: one JSON shape for programs, one designed page for people."""

import logging
import secrets
from html import escape

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from db.errors import AnwangError, InvalidInput, NotAllowed, NotFound, WrongState
from portal.assets import asset_url
from portal.locale import _, language

log = logging.getLogger("anwang.portal")

STATUS: dict[type[AnwangError], tuple[int, str]] = {
    NotFound: (404, "not_found"),
    NotAllowed: (403, "not_allowed"),
    WrongState: (409, "wrong_state"),
    InvalidInput: (422, "invalid_input"),
}


def wants_page(scope: Scope) -> bool:
    """True where a person's browser asks for a page."""
    path = str(scope["path"])
    if path.startswith(("/api/", "/_dash", "/tiles/", "/live", "/assets/")):
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")


def answer(scope: Scope, status: int, code: str, sentence: str) -> Response:
    """The refusal in the form that fits who asks."""
    words = _(sentence)
    if wants_page(scope):
        return HTMLResponse(page(status, words), status)
    return JSONResponse({"error": {"code": code, "message": words}}, status)


def page(status: int, words: str) -> str:
    """A whole HTML page for an address that cannot be shown."""
    styles = "".join(
        f'<link rel="stylesheet" href="{asset_url(name)}">'
        for name in ("fonts/noto-sans-sc/noto-sans-sc.css", "tokens.css", "portal.css")
    )
    return (
        f'<!DOCTYPE html><html lang="{language().replace("_", "-")}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(_('Anwang'))}</title>{styles}"
        f'</head><body><main class="refusal"><p class="refusal-code">{status}</p><h1>{escape(words)}</h1>'
        f'<p><a class="button" href="/">{escape(_("Back to the map"))}</a></p></main></body></html>'
    )


def register(app: FastAPI) -> None:
    """Map every kind of error to its answer."""

    @app.exception_handler(AnwangError)
    async def refused(request: Request, error: AnwangError) -> Response:
        status, code = STATUS.get(type(error), (422, "refused"))
        return answer(request.scope, status, code, str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return answer(request.scope, 422, "invalid_input", f"{where}: {first['msg']}.")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        codes = {404: "not_found", 405: "wrong_method", 403: "not_allowed", 401: "log_in"}
        words = {404: "There is no such page.", 405: "This address does not take this method."}
        sentence = words.get(error.status_code, str(error.detail))
        return answer(request.scope, error.status_code, codes.get(error.status_code, "refused"), sentence)

    @app.exception_handler(OperationalError)
    async def away(request: Request, error: OperationalError) -> Response:
        log.error("the database does not answer: %s", str(error.orig).strip().splitlines()[0])
        return answer(request.scope, 503, "database_away", "The database does not answer; try again in a moment.")

    @app.exception_handler(DBAPIError)
    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        reference = secrets.token_hex(4)
        log.error("unexpected error %s", reference, exc_info=error)
        return answer(request.scope, 500, "internal", f"Something went wrong; the reference is {reference}.")
