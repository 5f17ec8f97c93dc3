"""Ports: whether one is free, who holds it, and whether something answers there."""

import errno
import socket

import psutil

from db.errors import CannotStart

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - an address to recognise
"""Addresses that mean all of them, and the one at which this machine itself asks."""


def from_here(host: str) -> str:
    """The address at which this machine reaches what listens on `host`."""
    return EVERYWHERE.get(host, host)


def check_port_free(host: str, port: int, setting: str) -> None:
    """`CannotStart` names the setting to change, and who holds the port where that can be found."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {port} on {host} is taken{_holder_of(port)}; free it, or choose another with {setting}."
            ) from error
        if error.errno == errno.EACCES:
            raise CannotStart(
                f"Port {port} is for the system's own services; choose one above 1023 with {setting}."
            ) from error
        raise CannotStart(f"{host} is no address of this machine; change ANWANG_BIND_HOST.") from error


def _holder_of(port: int) -> str:
    """ " by nginx (pid 17)", or nothing where it cannot be found."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except (psutil.Error, OSError):
        return ""
    return ""


def answers(host: str, port: int) -> bool:
    """True where something accepts connections."""
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False
