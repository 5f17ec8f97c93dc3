"""`python -m portal`: the portal's server processes."""

import logging

import uvicorn

from db.settings import load


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = load()
    uvicorn.run(
        "portal.front_door:app_from_environment",
        factory=True,
        host=settings.bind_host,
        port=settings.portal_port,
        workers=settings.portal_workers if settings.portal_workers > 1 else None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        log_level="warning",
        timeout_graceful_shutdown=3,
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    main()
