"""The door's forms: log in and out, open a wall display, choose a language or a role."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from db.commands import appearances, sessions
from db.commands.sessions import Visitor
from db.errors import InvalidInput, NotAllowed, NotFound
from db.queries import people
from db.rules.access_scope import EVERYTHING
from db.rules.login_lockout import LockoutPolicy
from portal import asking, words
from portal.authentication import LANGUAGE_COOKIE, Doorman, cookie_name, terms
from portal.locale import LANGUAGES, _, language
from portal.login.next_page import after_login, local_page, login_page
from portal.login.pages import page
from portal.login.throttle import Throttle

router = APIRouter(include_in_schema=False)

YEAR_SECONDS = 365 * 24 * 3600

Text = Annotated[str, Form()]


def _visitor(request: Request) -> Visitor:
    address = request.client.host if request.client else ""
    return Visitor(address, request.headers.get("user-agent", ""))


def _doorman(request: Request) -> Doorman:
    doorman: Doorman = request.app.state.doorman
    return doorman


def _throttle(request: Request) -> Throttle:
    throttle: Throttle = request.app.state.throttle
    return throttle


def checked_form(csrf_token: str) -> None:
    """Refuse a form that this session's own page did not send."""
    asker = asking.known()
    if asker is not None and not secrets.compare_digest(csrf_token.encode(), asker.csrf_token.encode()):
        raise NotAllowed("This form is out of date; go back, reload the page and try again.")


def _login_page(address: str, status: int = 200, message: str = "", login: str = "") -> Response:
    return page(
        "login.html",
        status,
        title=_("Log in"),
        here=login_page(address),
        next=address,
        message=message,
        login=login,
    )


@router.get("/login")
def login_form(next: str = "/") -> Response:
    address = after_login(next)
    return RedirectResponse(address, 303) if asking.known() else _login_page(address)


@router.post("/login")
async def log_in(request: Request, login: Text = "", password: Text = "", next: Text = "/") -> Response:
    doorman, visitor, throttle = _doorman(request), _visitor(request), _throttle(request)
    address = after_login(next)
    if throttle.is_closed(visitor.address):
        answer = _login_page(address, 429, _("Too many wrong passwords from this address; wait five minutes."), login)
        answer.headers["Retry-After"] = "300"
        return answer
    old = str(request.scope.get("anwang_token", ""))

    def enter() -> str | None:
        settings = request.app.state.settings
        policy = LockoutPolicy(settings.login_failures, timedelta(minutes=settings.lockout_minutes))
        with doorman.record.door() as session:
            return sessions.log_in(
                session, login, password, visitor, policy, terms(settings), datetime.now(UTC), replacing=old
            )

    async with request.app.state.hashing:
        token = await run_in_threadpool(enter)
    if token is None:
        throttle.failed(visitor.address)
        return _login_page(
            address,
            401,
            _("Login or password is not right. After several wrong passwords an account is locked for a while."),
            login,
        )
    doorman.forget(old)
    answer = RedirectResponse(address, 303)
    _give_session(request, answer, token, None)
    return answer


@router.post("/logout")
def log_out(request: Request, csrf_token: Text = "") -> Response:
    checked_form(csrf_token)
    doorman, token = _doorman(request), str(request.scope.get("anwang_token", ""))
    if token:
        with doorman.record.door() as session:
            sessions.close(session, token, _visitor(request))
        doorman.forget(token)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(cookie_name(doorman.settings), path="/", secure=doorman.settings.cookie_secure, httponly=True)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.get("/kiosk/{token}")
def open_wall(request: Request, token: str) -> Response:
    """A wall display logs in by its device token and stays in for as long as the settings let it."""
    doorman, throttle, visitor = _doorman(request), _throttle(request), _visitor(request)
    opened = None
    lasting = timedelta(days=doorman.settings.wall_session_days)
    if not throttle.is_closed(visitor.address):
        with doorman.record.door() as session:
            old = str(request.scope.get("anwang_token", ""))
            opened = sessions.open_wall(session, token, visitor, lasting, datetime.now(UTC), replacing=old)
        doorman.forget(old)
    if opened is None:
        throttle.failed(visitor.address)
        raise NotFound("This wall display's token is unknown or has been revoked.")
    answer = RedirectResponse("/wall", 303)
    _give_session(request, answer, opened, int(lasting.total_seconds()))
    return answer


@router.post("/language")
def speak(request: Request, language: Text, next: Text = "", csrf_token: Text = "") -> Response:
    checked_form(csrf_token)
    if language not in LANGUAGES:
        raise InvalidInput("There is no such language; choose zh_CN or en.")
    referer = urlsplit(request.headers.get("referer", ""))
    came_from = referer.path + (f"?{referer.query}" if referer.query else "")
    answer = RedirectResponse(local_page(next or came_from), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="lax",
        secure=_doorman(request).settings.cookie_secure,
    )
    return answer


@router.post("/appearance")
def look(request: Request, scheme: Text, csrf_token: Text = "") -> Response:
    """Light, dark, or as the person's system says; kept for wherever they log in."""
    checked_form(csrf_token)
    with asking.reading() as session:
        appearances.choose(session, asking.current().person_id, scheme, datetime.now(UTC))
    referer = urlsplit(request.headers.get("referer", ""))
    came_from = referer.path + (f"?{referer.query}" if referer.query else "")
    return RedirectResponse(local_page(came_from), 303)


@router.get("/role")
def choose_role(request: Request) -> Response:
    """The roles that this person holds, to go on in another one."""
    asker, doorman = asking.current(), _doorman(request)
    used = request.scope["anwang_guest"].session.grant.id
    with doorman.record.door() as session:
        grants = people.grants_of(session, asker.person_id)
    today = datetime.now(words.HERE).date()
    with doorman.record.scoped(EVERYTHING) as session:
        reaches = [people.reach(session, grant, today) for grant in grants]
    roles = [
        {
            "grant_id": grant.id,
            "name": words.role(grant.role),
            "place": reach.name if language() == "zh_CN" else reach.name_en,
            "is_current": grant.id == used,
        }
        for grant, reach in zip(grants, reaches, strict=True)
    ]
    return page("roles.html", title=_("Choose a role"), here="/role", roles=roles)


@router.post("/role")
def take_role(request: Request, grant: Annotated[int, Form()], csrf_token: Text = "") -> Response:
    checked_form(csrf_token)
    doorman, token = _doorman(request), str(request.scope["anwang_token"])
    with doorman.record.door() as session:
        fresh = sessions.switch_role(session, token, grant, _visitor(request), datetime.now(UTC))
    doorman.forget(token)
    if fresh is None:
        raise NotAllowed("This role is not yours.")
    answer = RedirectResponse("/", 303)
    _give_session(request, answer, fresh, None)
    return answer


def _give_session(request: Request, answer: Response, token: str, max_age: int | None) -> None:
    settings = _doorman(request).settings
    answer.set_cookie(
        cookie_name(settings),
        token,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.cookie_secure,
    )
