"""The front door: one ASGI app that authenticates every request and mounts everything behind it."""

import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from a2wsgi import WSGIMiddleware
from dash import Dash
from fastapi import FastAPI
from sqlalchemy import event, text
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from db import addresses as record_addresses
from db import channel_file
from db import settings as record_settings
from db.addresses import Addresses
from db.evidence.store import EvidenceStore
from db.plan_files import reading
from db.relay_folder import RelayFolder
from db.rules.access_scope import NOTHING
from db.session import Record
from db.settings import Settings
from db.task_names import BENCH_TURN, SHOUT
from portal import assets, base_map, play, refusals, region_tiles, shared_scene, tiles
from portal.api import evidence, reference, scenes, shouts
from portal.api import routes as api
from portal.api.doors.inbox_writer import InboxWriter
from portal.api.doors.receipts import Receipts
from portal.api.doors.receivers import Receivers
from portal.api.doors.telling import Telling
from portal.authentication import Authenticate, Doorman
from portal.compression import Compress
from portal.dash_app import create_dash
from portal.headers import HeadAsGet, SameSiteOnly, SecurityHeaders, content_policy
from portal.live.stream import Live
from portal.login import routes as login_routes
from portal.login.throttle import Throttle

BODY_LIMIT = 4 * 1024 * 1024
DASH_THREADS = 12
ROUTE_THREADS = 12
CONNECTIONS = 14
HASHES_AT_ONCE = 2
"""Each check of a password takes 19 MiB and a core for a moment."""
STATEMENT_SECONDS = 20
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_app(settings: Settings, addresses: Addresses) -> FastAPI:
    """The whole portal. Opens the record on the application's own role."""
    return assemble(settings, addresses, create_dash(settings))


def assemble(settings: Settings, addresses: Addresses, dash_app: Dash) -> FastAPI:
    """The front door before these pages."""
    record = open_record(addresses)
    telling, examining = Telling(addresses.redis), Telling(addresses.redis, BENCH_TURN)
    shouting = Telling(addresses.redis, SHOUT)
    dash_app.server.config["ANWANG_EXAMINE"] = examining.tell
    dash_app.server.config["ANWANG_EVIDENCE"] = EvidenceStore(settings.evidence_folder)
    inbox = InboxWriter(record, telling.tell)
    doorman = Doorman(record, settings)
    live = Live(record, doorman, settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = ROUTE_THREADS
        app.state.hashing = anyio.CapacityLimiter(HASHES_AT_ONCE)
        telling.start()
        examining.start()
        shouting.start()
        inbox.start()
        async with live.running():
            yield
        await anyio.to_thread.run_sync(inbox.stop)
        await anyio.to_thread.run_sync(telling.stop)
        await anyio.to_thread.run_sync(examining.stop)
        await anyio.to_thread.run_sync(shouting.stop)
        record.close()

    app = FastAPI(
        title="Anwang",
        version="1",
        description=api.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(
                SecurityHeaders,
                policy=content_policy(settings, dash_app.csp_hashes()),
                is_secure=settings.cookie_secure,
            ),
            Middleware(refusals.Unbroken),
            Middleware(
                Receivers,
                writer=inbox,
                settings=settings,
                secrets=record_addresses.read_secrets(settings.var_dir),
            ),
            Middleware(
                Receipts,
                record=record,
                gateways=channel_file.read(settings),
                secrets=record_addresses.read_secrets(settings.var_dir),
            ),
            Middleware(HeadAsGet),
            Middleware(Authenticate, doorman=doorman),
            Middleware(refusals.Unbroken),
            Middleware(
                SameSiteOnly,
                body_limit=BODY_LIMIT,
                files={
                    evidence.ADDRESS: settings.evidence_limit_mb * 1024 * 1024 + evidence.FORM_BYTES,
                    scenes.READING: reading.IFC_BYTES,
                    shouts.ADDRESS: shouts.FORM_BYTES,
                },
            ),
            Middleware(Compress),
        ],
    )
    app.state.record, app.state.doorman, app.state.settings = record, doorman, settings
    app.state.evidence = EvidenceStore(settings.evidence_folder)
    app.state.relay, app.state.play_known = RelayFolder(settings.relay_folder), {}
    app.state.play_secret = record_addresses.read_secrets(settings.var_dir)["play_addresses"]
    app.state.shouting = shouting
    app.state.throttle = Throttle()
    app.state.tile_room, app.state.region_tiles = tiles.TileRoom(record), {}
    refusals.register(app)
    refusals.register_pages(dash_app.server)
    app.add_api_route("/healthz", healthz(record), include_in_schema=False)
    # What is asked for most goes first: the API's hundred routes take a millisecond to be passed by.
    pages = WSGIMiddleware(dash_app.server, workers=DASH_THREADS)
    app.router.routes.append(Below("/_dash", pages))
    app.include_router(assets.router)
    app.mount("/assets", Assets(directory=assets.FOLDER), name="assets")
    for router in (tiles.router, region_tiles.router, live.router, play.router, base_map.router):
        app.include_router(router)
    for router in (login_routes.router, shared_scene.router, api.router, reference.router):
        app.include_router(router)
    for address in ("/api", "/tiles", "/play", "/live", "/healthz", "/shared"):
        for path in (address, address + "/{rest:path}"):
            app.add_route(path, refusals.no_such_address, METHODS, include_in_schema=False)
    app.mount("/", pages, name="pages")
    return app


def open_record(addresses: Addresses) -> Record:
    """The record for requests: a statement that takes too long is given up rather than waited for."""
    record = Record(addresses.database_app, pool_size=CONNECTIONS, application_name="anwang portal")

    @event.listens_for(record.engine, "connect")
    def patience(connection: Any, _entry: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"set statement_timeout = '{STATEMENT_SECONDS}s'")
        connection.commit()

    return record


def healthz(record: Record) -> Any:
    """A route for supervisors: 200 while the database answers, else 503."""

    def is_well() -> Response:
        with record.scoped(NOTHING) as session:
            session.execute(text("select 1"))
        return JSONResponse({"status": "ok"})

    return is_well


class Below(Mount):
    """Hands every address that begins so to `app`, as it is."""

    def __init__(self, beginning: str, app: ASGIApp) -> None:
        super().__init__("", app=app)
        self.beginning = beginning

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if scope["path"].startswith(self.beginning) else (Match.NONE, {})


class Assets(StaticFiles):
    """Files that browsers keep for ever where the address carries their hash or version, else ask after by ETag."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        kept = b"m=" in scope["query_string"] or "/fonts/" in str(full_path)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        if str(full_path).endswith("/worker.js"):
            response.headers["Service-Worker-Allowed"] = "/"
        return response


def app_from_environment() -> FastAPI:
    """For uvicorn's worker processes: the app as the environment's settings ask for it."""
    settings = record_settings.load()
    app = create_app(settings, record_addresses.find(settings))
    _spare_the_collector()
    sys.setswitchinterval(TURN_SECONDS)
    return app


TURN_SECONDS = 0.001
"""The event loop and the pages' threads take turns; a page waits for dozens of them, at Python's 5 ms each."""


def _spare_the_collector() -> None:
    """A full collection over all pages and libraries stops every answer for 60 ms; what stands from the start stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
