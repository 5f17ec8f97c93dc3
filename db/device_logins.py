"""`anwang devices …`: logins with which each device can publish only as itself."""

import csv
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from db import device_labels as label_files
from db.commands import device_credentials
from db.commands.device_credentials import Login
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound
from db.queries import device_labels, named_places
from db.rules.access_scope import EVERYTHING
from db.services.database import running
from db.services.mosquitto import DEVICE_RIGHTS, PrivateMosquitto
from db.session import Record
from db.settings import Settings, load

app = typer.Typer(help="Devices' logins at the broker, and their labels.", no_args_is_help=True)


@app.command("issue")
def issue(
    codes: Annotated[list[str], typer.Argument(help="device numbers")],
    file: Annotated[
        Path | None, typer.Option("--csv", help="write logins there (mode 0600) instead of showing them")
    ] = None,
) -> None:
    """Give devices a password of their own, shown this once; an earlier one is void."""
    settings = load()
    if file is not None and file.exists():
        raise InvalidInput(f"{file} is there already; name another file.")
    with _record(settings) as record, record.scoped(EVERYTHING) as session:
        logins = device_credentials.issue(session, codes, _operator(), datetime.now(UTC))
        lines = device_credentials.password_lines(session)
    _tell_broker(settings, lines)
    if file is not None:
        _write(file, logins)
    else:
        for login in logins:
            print(f"{login.code}\t{login.password}")


@app.command("revoke")
def revoke(codes: Annotated[list[str], typer.Argument(help="device numbers")]) -> None:
    """From now on these devices are not let in."""
    settings = load()
    with _record(settings) as record, record.scoped(EVERYTHING) as session:
        revoked = device_credentials.revoke(session, codes, _operator(), datetime.now(UTC))
        lines = device_credentials.password_lines(session)
    _tell_broker(settings, lines)
    Console(stderr=True, highlight=False).print(f"{len(revoked)} of {len(codes)} devices had a login; it is void.")


@app.command("labels")
def labels(
    venue: Annotated[str, typer.Argument(help="the venue's code, number or name")],
    out: Annotated[Path, typer.Option("--out", help="the PDF to write")],
    base: Annotated[str, typer.Option(help="where phones reach the portal; ANWANG_PUBLIC_URL where left out")] = "",
) -> None:
    """Labels of a venue's devices as a PDF: QR codes that open the page on which each is bound."""
    settings = load()
    found_at = base or settings.public_url
    if not found_at:
        raise InvalidInput("Say where phones reach the portal, with --base or ANWANG_PUBLIC_URL.")
    with _record(settings) as record, record.scoped(EVERYTHING) as session:
        devices = device_labels.of_venue(session, named_places.venue_id(session, venue))
    if not devices:
        raise NotFound("This venue has no devices.")
    made = label_files.sheet([label_files.on_device(found_at, device) for device in devices])
    try:
        out.write_bytes(made)
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror or error}.") from error
    Console(stderr=True, highlight=False).print(f"{len(devices)} labels are in {out}.")


@app.command("credentials")
def credentials(
    passwords: Annotated[Path, typer.Option("--passwd", help="mosquitto's password_file")],
    rights: Annotated[Path, typer.Option("--acl", help="mosquitto's acl_file, for the devices")],
) -> None:
    """Write both files for a broker of your own; add the gateway's login, read anwang/v1/#, and send it SIGHUP."""
    with _record(load()) as record, record.scoped(EVERYTHING) as session:
        lines = device_credentials.password_lines(session)
    for path, content in ((passwords, lines), (rights, DEVICE_RIGHTS)):
        _write_closed(path, content)


def _tell_broker(settings: Settings, lines: str) -> None:
    """The private broker lets them in at once; one of somebody else's is told by `credentials`."""
    if not settings.mqtt_url:
        PrivateMosquitto(settings).let_in(lines)


def _operator() -> Operator:
    return Operator(None, f"command line ({getpass.getuser()})")


@contextmanager
def _record(settings: Settings) -> Iterator[Record]:
    with running(settings) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang devices")
        try:
            yield record
        finally:
            record.close()


def _write(file: Path, logins: list[Login]) -> None:
    file.touch(mode=0o600)
    with file.open("w", newline="", encoding="utf-8-sig") as made:
        csv.writer(made).writerows([("设备编号", "密码"), *((login.code, login.password) for login in logins)])


def _write_closed(path: Path, content: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(content)
    fresh.replace(path)
