"""Who is asking: every request is answered for a logged-in person, or not at all."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import anyio
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from db.commands import sessions
from db.errors import NotAllowed
from db.queries import people
from db.queries.people import GrantRow, Reach, SessionRow
from db.rules.access_scope import EVERYTHING, Role
from db.rules.session_life import SessionTerms, has_ended
from db.session import Record
from db.settings import Settings
from portal.asking import Asker, asked_by
from portal.locale import speaking
from portal.refusals import answer, is_for_programs, refused

OPEN_PATHS = frozenset(
    {
        *("/login", "/language", "/healthz", "/assets/login.css", "/assets/tokens.css", "/assets/icon.svg"),
        *("/assets/pages/scene.css", "/assets/pages/scene.js"),
    }
)
OPEN_FOLDERS = (
    *("/kiosk/", "/assets/fonts/", "/assets/icons/app-", "/shared/", "/assets/scene/", "/assets/vendor/three/"),
)
"""What the door itself needs, and a scene behind a link; everything else is for guests."""
LANGUAGE_COOKIE = "anwang_language"
SESSION_KEPT_SECONDS = 3.0
"""How long a found session is trusted without asking the record again."""
REACH_KEPT_SECONDS = 60.0
"""How long a grant's reach is trusted: a maintainer's contracts of today."""
KEPT = 10_000
HERE = ZoneInfo("Asia/Shanghai")


def cookie_name(settings: Settings) -> str:
    return "__Host-anwang_session" if settings.cookie_secure else "anwang_session"


def terms(settings: Settings) -> SessionTerms:
    return SessionTerms(
        idle=timedelta(minutes=settings.session_idle_minutes),
        absolute=timedelta(hours=settings.session_absolute_hours),
        wall=timedelta(days=settings.wall_session_days),
    )


@dataclass(frozen=True, slots=True)
class Guest:
    """A live session and what its grant reaches."""

    session: SessionRow
    reach: Reach

    def asker(self, language: str, address: str) -> Asker:
        return Asker(
            person_id=self.session.person_id,
            name=self.session.name,
            role=Role(self.session.grant.role),
            place=self.reach.name if language == "zh_CN" else self.reach.name_en,
            home=self.reach.home,
            scope=self.reach.scope,
            csrf_token=self.session.csrf_token,
            address=address,
        )


class Doorman:
    """Finds the guest behind a session token; one per process."""

    def __init__(self, record: Record, settings: Settings) -> None:
        self.record = record
        self.settings = settings
        self.terms = terms(settings)
        self._sessions: dict[bytes, tuple[float, Guest]] = {}
        self._reaches: dict[GrantRow, tuple[float, Reach]] = {}

    def remembered(self, hashed: bytes) -> Guest | None:
        """The guest as found within the last seconds, without asking the record."""
        found_at, guest = self._sessions.get(hashed, (0.0, None))
        if guest is None or time.monotonic() - found_at >= SESSION_KEPT_SECONDS:
            return None
        return guest if self._is_live(guest.session, datetime.now(UTC)) else None

    def find(self, hashed: bytes) -> Guest | None:
        """The guest behind a token now, written down as seen; None where the session has ended."""
        now = datetime.now(UTC)
        with self.record.door() as session:
            row = people.sessions(session, [hashed]).get(hashed)
            if row is None or not self._is_live(row, now):
                self._sessions.pop(hashed, None)
                return None
            if now - row.seen_at >= self.terms.seen_every:
                sessions.note_seen(session, hashed, now)
                row = replace(row, seen_at=now)
        return self._remember(row)

    def guests(self, hashes: Iterable[bytes]) -> dict[bytes, Guest]:
        """Those of these sessions that are live. Looking is not using: nobody is written down as seen."""
        now = datetime.now(UTC)
        with self.record.door() as session:
            rows = people.sessions(session, list(hashes))
        return {key: self._remember(row) for key, row in rows.items() if self._is_live(row, now)}

    def forget(self, token: str) -> None:
        self._sessions.pop(sessions.token_hash(token), None)

    def _is_live(self, row: SessionRow, now: datetime) -> bool:
        return not row.disabled and not has_ended(row.grant.role, row.seen_at, row.expires_at, now, self.terms)

    def _remember(self, row: SessionRow) -> Guest:
        guest = Guest(row, self._reach(row.grant))
        if len(self._sessions) >= KEPT:
            self._sessions.clear()
        self._sessions[row.token_hash] = (time.monotonic(), guest)
        return guest

    def _reach(self, grant: GrantRow) -> Reach:
        found_at, reach = self._reaches.get(grant, (0.0, None))
        if reach is not None and time.monotonic() - found_at < REACH_KEPT_SECONDS:
            return reach
        with self.record.scoped(EVERYTHING) as session:
            reach = people.reach(session, grant, datetime.now(HERE).date())
        if len(self._reaches) >= KEPT:
            self._reaches.clear()
        self._reaches[grant] = (time.monotonic(), reach)
        return reach


WALL_PATHS = (
    *("/play/", "/api/v1/cameras", "/api/v1/frames/"),
    *("/wall", "/live", "/tiles/", "/_dash", "/_reload", "/_favicon", "/assets/"),
    *("/api/v1/me", "/api/v1/alarms/shown", "/api/v1/wall/"),
)
"""All that a display in a public hall asks for: nobody's telephone number."""


def _is_for_walls(path: str) -> bool:
    return path.startswith(WALL_PATHS)


class Authenticate:
    """Answers each request inside `asked_by(asker)` and in the reader's language."""

    def __init__(self, app: ASGIApp, doorman: Doorman) -> None:
        self.app = app
        self.doorman = doorman
        self._threads = anyio.CapacityLimiter(8)

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        settings = self.doorman.settings
        cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
        token = cookies.get(cookie_name(settings), "")
        language = cookies.get(LANGUAGE_COOKIE, settings.language)
        path = str(scope["path"])
        is_open = path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)
        with speaking(language):
            try:
                guest = await self._guest(token)
            except SQLAlchemyError as error:
                if not is_open:
                    await refused(scope, error)(scope, receive, send)
                    return
                guest = None
            if guest is None and not is_open:
                await _turn_away(scope, receive, send)
                return
            if guest is not None and guest.session.grant.role == Role.WALL and not is_open and not _is_for_walls(path):
                await refused(scope, NotAllowed("A wall display sees the wall alone."))(scope, receive, send)
                return
            scope["anwang_token"], scope["anwang_guest"] = token, guest
            address = str((scope.get("client") or ("", 0))[0])
            with asked_by(guest.asker(language, address) if guest else None, self.doorman.record):
                await self.app(scope, receive, send)

    async def _guest(self, token: str) -> Guest | None:
        if not token:
            return None
        hashed = sessions.token_hash(token)
        return self.doorman.remembered(hashed) or await anyio.to_thread.run_sync(
            self.doorman.find, hashed, limiter=self._threads
        )


async def _turn_away(scope: AsgiScope, receive: Receive, send: Send) -> None:
    """People are shown the login page; programs are told."""
    if is_for_programs(scope):
        await answer(scope, 401, "log_in", "Log in first.")(scope, receive, send)
        return
    query = scope["query_string"].decode("latin-1")
    wanted = str(scope["path"]) + (f"?{query}" if query else "")
    target = (
        f"/login?next={quote(wanted, safe='')}" if scope["method"] in ("GET", "HEAD") and wanted != "/" else "/login"
    )
    await RedirectResponse(target, 303)(scope, receive, send)
