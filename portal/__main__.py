"""`python -m portal`: the portal's server processes."""

import logging
import socket
import sys
from contextlib import suppress

import uvicorn
from uvicorn.supervisors.multiprocess import Multiprocess

from db.settings import load


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = load()
    config = uvicorn.Config(
        "portal.front_door:app_from_environment",
        factory=True,
        host=settings.bind_host,
        port=settings.portal_port,
        workers=settings.portal_workers,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        log_level="warning",
        timeout_graceful_shutdown=3,
        timeout_keep_alive=75,
    )
    if settings.portal_workers == 1:
        server = uvicorn.Server(config)
        with suppress(KeyboardInterrupt):
            server.run()
        sys.exit(0 if server.started else "The portal did not start.")
    listening = config.bind_socket()
    # asyncio sees that it is TCP by a number that this socket lacks, and would leave Nagle's algorithm on: an answer in
    # two writes then waits 40 ms for the browser's delayed acknowledgement of the first. Accepted sockets inherit this.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Multiprocess(config, sockets=[listening]).run()


if __name__ == "__main__":
    main()
