"""Refusals in words: one JSON shape for programs, one designed page for people."""

import logging
import secrets
from datetime import UTC, datetime

import flask
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from werkzeug.exceptions import HTTPException as FlaskHTTPException

from db.errors import AnwangError, InvalidInput, NotAllowed, NotFound, WrongState
from portal import words
from portal.locale import N_, _
from portal.login import pages

log = logging.getLogger("anwang.portal")

STATUS: dict[type[AnwangError], tuple[int, str]] = {
    NotFound: (404, "not_found"),
    NotAllowed: (403, "not_allowed"),
    WrongState: (409, "wrong_state"),
    InvalidInput: (422, "invalid_input"),
}
AWAY = (503, "database_away", N_("The database does not answer; try again in a moment."))

FOR_PROGRAMS = ("/api/", "/tiles/", "/play/", "/live", "/healthz", "/assets/", "/_dash", "/_reload-hash")
PAGES_AMONG_THEM = ("/api/v1/docs",)


def is_for_programs(scope: Scope) -> bool:
    """True for addresses that browsers do not show as pages."""
    path = str(scope["path"])
    return path.startswith(FOR_PROGRAMS) and path not in PAGES_AMONG_THEM


def wants_page(scope: Scope) -> bool:
    """True where a person's browser asks for a page."""
    return not is_for_programs(scope) and "text/html" in Headers(scope=scope).get("accept", "")


def answer(scope: Scope, status: int, code: str, sentence: str) -> Response:
    """The refusal in the form that fits who asks."""
    said = _(sentence)
    if wants_page(scope):
        return HTMLResponse(page(status, said), status)
    return JSONResponse({"error": {"code": code, "message": said}}, status)


def page(status: int, sentence: str) -> str:
    """A whole HTML page for an address that cannot be shown."""
    return pages.markup("refusal.html", title=sentence, status=status, sentence=sentence)


def in_words(error: AnwangError) -> str:
    """The refusal in the reader's language, with the names and times that it tells."""
    now = datetime.now(UTC)
    told = {name: words.moment(fact, now) if isinstance(fact, datetime) else fact for name, fact in error.facts.items()}
    sentence = _(error.message)
    return sentence.format(**told) if told else sentence


def refused(scope: Scope, error: Exception) -> Response:
    """The answer to any error; what nobody foresaw is logged under a reference that the reader is told."""
    if isinstance(error, AnwangError):
        status, code = STATUS.get(type(error), (422, "refused"))
        return answer(scope, status, code, in_words(error))
    return answer(scope, *_told(error))


def _told(error: Exception) -> tuple[int, str, str]:
    away = isinstance(error, (OperationalError, InterfaceError, NoConnectionFree))
    if away or (isinstance(error, DBAPIError) and error.connection_invalidated):
        log.error("the database does not answer: %s", str(error).strip().splitlines()[0])
        return AWAY
    if isinstance(error, ValueError) and "NUL" in str(error):
        return 422, "invalid_input", N_("A value holds a character that cannot be used.")
    reference = secrets.token_hex(4)
    log.error("unexpected error %s", reference, exc_info=error)
    return 500, "internal", _("Something went wrong; the reference is {reference}.").format(reference=reference)


async def no_such_address(request: Request) -> Response:
    """For addresses that the pages must not answer: there is no such thing, or not by this method."""
    is_known = any(route.matches(request.scope)[0] is Match.PARTIAL for route in request.app.routes)
    raise HTTPException(405 if is_known else 404)


def register(app: FastAPI) -> None:
    """Map every kind of error that a route raises to its answer."""

    @app.exception_handler(AnwangError)
    @app.exception_handler(SQLAlchemyError)
    async def known(request: Request, error: Exception) -> Response:
        return refused(request.scope, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return answer(request.scope, 422, "invalid_input", f"{where}: {first['msg']}.")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        codes = {404: "not_found", 405: "wrong_method"}
        known_words = {404: N_("There is no such page."), 405: N_("This address does not take this method.")}
        sentence = known_words.get(error.status_code, str(error.detail))
        refusal = answer(request.scope, error.status_code, codes.get(error.status_code, "refused"), sentence)
        refusal.headers.update(error.headers or {})
        return refusal


def register_pages(server: flask.Flask) -> None:
    """The same for the pages, which Flask answers."""

    @server.errorhandler(Exception)
    def broken(error: Exception) -> flask.typing.ResponseReturnValue:
        if isinstance(error, FlaskHTTPException):
            return error
        refusal = refused(flask.request.environ["asgi.scope"], error)
        return flask.Response(bytes(refusal.body), refusal.status_code, mimetype=refusal.media_type)


class Unbroken:
    """Answers what a route or a middleware failed to answer, as long as nothing has been sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            refusal = refused(scope, error)
            if started:
                raise
            await refusal(scope, receive, send)
