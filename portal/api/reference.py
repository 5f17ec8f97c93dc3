"""The interface's description: OpenAPI, and a page to try it out, from files of our own."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from portal.assets import asset_url
from portal.locale import _, language

router = APIRouter(include_in_schema=False)

PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="{icon}" type="image/svg+xml"><link rel="stylesheet" href="{style}"></head>
<body><div id="reference" data-openapi="/api/v1/openapi.json"></div>
<script src="{bundle}"></script><script src="{start}"></script></body></html>
"""


@router.get("/api/v1/openapi.json")
def openapi(request: Request) -> Response:
    described: dict[str, Any] = request.app.openapi()
    return JSONResponse(described)


@router.get("/api/v1/docs")
def docs() -> Response:
    return HTMLResponse(
        PAGE.format(
            language=language().replace("_", "-"),
            title=_("Interface for programs (API)"),
            icon=asset_url("icon.svg"),
            style=asset_url("vendor/swagger-ui/swagger-ui.css"),
            bundle=asset_url("vendor/swagger-ui/swagger-ui-bundle.js"),
            start=asset_url("api-docs.js"),
        )
    )
