"""Who is asking: every request is answered for a logged-in person, or not at all."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from db.commands import sessions
from db.commands.sessions import OpenSession, SessionTerms
from db.queries import people
from db.rules.access_scope import EVERYTHING, Role, Scope, venues_scope
from db.session import Record
from db.settings import Settings
from portal.asking import Asker, asked_by
from portal.locale import speaking
from portal.refusals import answer, wants_page

OPEN_PATHS = ("/login", "/healthz", "/assets/", "/kiosk/")
LANGUAGE_COOKIE = "anwang_language"
KEPT_SECONDS = 3.0
"""How long a found session is trusted without asking the record again."""


def cookie_name(settings: Settings) -> str:
    return "__Host-anwang_session" if settings.cookie_secure else "anwang_session"


def terms(settings: Settings) -> SessionTerms:
    return SessionTerms(
        timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_absolute_hours)
    )


class Doorman:
    """Finds the asker behind a session token; one per process."""

    def __init__(self, record: Record, settings: Settings) -> None:
        self.record = record
        self.terms = terms(settings)
        self._kept: dict[str, tuple[float, Asker | None]] = {}

    def asker(self, token: str, address: str) -> Asker | None:
        """The person behind the token now, or None."""
        kept = self._kept.get(token)
        if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
            return kept[1]
        with self.record.door() as session:
            opened = sessions.find(session, token, self.terms, datetime.now(UTC))
        found = None if opened is None else self._asker(opened, address)
        if len(self._kept) > 10_000:
            self._kept.clear()
        self._kept[token] = (time.monotonic(), found)
        return found

    def forget(self, token: str) -> None:
        self._kept.pop(token, None)

    def _asker(self, opened: OpenSession, address: str) -> Asker:
        with self.record.scoped(EVERYTHING) as session:
            place = people.place(session, opened.county_lo, opened.county_hi, opened.venue_id, opened.maintainer_id)
        return Asker(
            person_id=opened.person_id,
            name=opened.name,
            role=opened.role,
            place=place.name,
            home=place.home,
            scope=_scope(opened, place.venue_ids),
            csrf_token=opened.csrf_token,
            address=address,
        )


def _scope(opened: OpenSession, venue_ids: tuple[int, ...]) -> Scope:
    """What the role may see: a region, or exactly the venues of the grant."""
    if opened.role in (Role.VENUE, Role.MAINTAINER):
        return venues_scope(venue_ids)
    return Scope(opened.county_lo, opened.county_hi)


class Authenticate:
    """Answers each request inside `asked_by(asker)` and in the reader's language."""

    def __init__(self, app: ASGIApp, doorman: Doorman, settings: Settings) -> None:
        self.app = app
        self.doorman = doorman
        self.settings = settings

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
        token = cookies.get(cookie_name(self.settings), "")
        address = str((scope.get("client") or ("", 0))[0])
        with speaking(cookies.get(LANGUAGE_COOKIE, self.settings.language)):
            path = str(scope["path"])
            asker = None
            if token and not path.startswith("/assets/"):
                try:
                    asker = await run_in_threadpool(self.doorman.asker, token, address)
                except Exception:
                    if not path.startswith(OPEN_PATHS):
                        refusal = answer(
                            scope, 503, "database_away", "The database does not answer; try again in a moment."
                        )
                        await refusal(scope, receive, send)
                        return
            if asker is None and not path.startswith(OPEN_PATHS):
                await self._turn_away(scope, receive, send)
                return
            scope["anwang_token"] = token
            with asked_by(asker, self.doorman.record):
                await self.app(scope, receive, send)

    async def _turn_away(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if wants_page(scope) and scope["method"] in ("GET", "HEAD"):
            query = scope["query_string"].decode("latin-1")
            target = quote(str(scope["path"]) + (f"?{query}" if query else ""), safe="")
            await RedirectResponse(f"/login?next={target}", 303)(scope, receive, send)
            return
        await answer(scope, 401, "log_in", "Log in first.")(scope, receive, send)
