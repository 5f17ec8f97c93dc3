"""The front door: one ASGI app that authenticates every request and mounts everything behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI
from sqlalchemy import text
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from db import addresses as record_addresses
from db import settings as record_settings
from db.addresses import Addresses
from db.rules.access_scope import NOTHING
from db.session import Record
from db.settings import Settings
from portal import refusals, tiles
from portal.api import router as api_router
from portal.assets import FOLDER
from portal.authentication import Authenticate, Doorman
from portal.compression import Compress
from portal.dash_app import create_dash
from portal.headers import SameSiteOnly, SecurityHeaders, content_policy
from portal.live import Live
from portal.login import routes as login_routes

BODY_LIMIT = 2 * 1024 * 1024
DASH_THREADS = 16


def create_app(settings: Settings, addresses: Addresses) -> FastAPI:
    """The whole portal. Opens the record on the application's own role."""
    record = Record(addresses.database_app, pool_size=12, application_name="anwang portal")
    doorman = Doorman(record, settings)
    live = Live(record, doorman, settings)
    dash_app = create_dash(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with live.running():
            yield
        record.close()

    app = FastAPI(title="Anwang", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.record, app.state.doorman, app.state.settings = record, doorman, settings

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> Response:
        with record.scoped(NOTHING) as session:
            session.execute(text("select 1"))
        return JSONResponse({"status": "ok"})

    refusals.register(app)
    app.include_router(login_routes.router)
    app.include_router(api_router)
    app.include_router(tiles.router)
    app.include_router(live.router)
    app.mount("/assets", Immutable(directory=FOLDER), name="assets")
    app.mount("/", WSGIMiddleware(dash_app.server, workers=DASH_THREADS), name="pages")
    app.add_middleware(Authenticate, doorman=doorman, settings=settings)
    app.add_middleware(SameSiteOnly, body_limit=BODY_LIMIT)
    app.add_middleware(Compress)
    app.add_middleware(
        SecurityHeaders, policy=content_policy(settings, dash_app.csp_hashes()), is_secure=settings.cookie_secure
    )
    return app


class Immutable(StaticFiles):
    """Files that browsers keep for ever where the address carries their hash or version."""

    def file_response(self, full_path, stat_result, scope, status_code=200):  # type: ignore[no-untyped-def]
        response = super().file_response(full_path, stat_result, scope, status_code)
        kept = b"m=" in scope["query_string"] or "/files/" in scope["path"]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return response


def app_from_environment() -> FastAPI:
    """For uvicorn's worker processes: the app as the environment's settings ask for it."""
    settings = record_settings.load()
    return create_app(settings, record_addresses.find(settings))
