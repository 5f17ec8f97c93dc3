"""`make screenshots`: the README's pictures and every page in every variant, from an installation of its own."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser
from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import bulletins
from db.commands.acting import Acting
from db.errors import CannotStart
from db.rules.access_scope import region_scope
from db.rules.device_kinds import DeviceKind
from db.session import Record
from portal.bench.browser import chromium, log_in
from portal.bench.own_installation import OwnInstallation, running
from portal.bench.pictures import DESK, PHONE, WALLS, Picture, every, take
from portal.pages.map.controls import BULLETIN_DAY

METER = DeviceKind.ELECTRICITY_METER
"""Its page has more to show than a camera's."""
FILMS, FILM_SECONDS = 4, 900
"""So many cameras have been looked at before pictures are taken, and so long that may take."""
_ZONED = text(
    """
    select max(z.device_id) from camera_zones z join camera_streams s using (device_id)
    where z.retired_at is null and s.reference is not null
        and (select count(*) from camera_streams where reference is not null) >= :n
    """
)
FOLDER = Path(__file__).resolve().parents[2] / "assets" / "pictures"
README = (
    Picture("map", "/?area=360700", DESK),
    Picture("rankings", "/rankings?as_of=2024-09-02", DESK),
    Picture("alarms", "/alarms", DESK, ready=".ag-row"),
    Picture("venue", "/venues/{venue}", DESK),
    Picture("wall", "/wall", WALLS[0], "dark", ready="#wall-right .panel"),
    Picture("phone", "/venues/{venue}", PHONE),
)


def main() -> None:
    """Write the README's pictures to assets/pictures and all of them to pictures/ among the installation's data."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running(print, cameras=1) as own, chromium() as browser:
        passwords = {account.login: account.password for account in own.accounts}
        names = examples(browser, own)
        for picture in README:
            (FOLDER / f"{picture.name}.png").write_bytes(take(browser, own.base, picture, passwords, names))
            print(f"· assets/pictures/{picture.name}.png")
        folder = own.settings.var_dir / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        for picture in every():
            (folder / picture.file).write_bytes(take(browser, own.base, picture, passwords, names))
            print(f"· {folder / picture.file}")


def examples(browser: Browser, own: OwnInstallation) -> Mapping[str, str]:
    """A venue and a device to show, a bulletin that was issued, a camera that has a picture."""
    context = browser.new_context()
    page = context.new_page()
    log_in(page, own.base, "leader", own.account("leader").password)
    venues = page.request.get(f"{own.base}/api/v1/venues?limit=1&region=360702&category=boarding_school").json()
    venue = venues["rows"][0]["id"]
    devices = page.request.get(f"{own.base}/api/v1/devices?venue={venue}").json()["rows"]
    context.close()
    return {
        "venue": str(venue),
        "device": next((row["code"] for row in devices if row["kind"] == METER), devices[0]["code"]),
        "bulletin": str(_bulletin(own)),
        "camera": str(_camera(own)),
    }


def _bulletin(own: OwnInstallation) -> int:
    """The number of the bulletin that an earlier run or this one has issued."""
    clerk, now = Acting(None, "演示", None), datetime.now(UTC)
    with _scoped(own) as session:
        found = session.scalar(text("select min(id) from bulletins where state = 'issued'"))
        if found is not None:
            return int(found)
        row = bulletins.draft(session, BULLETIN_DAY, clerk, now)
        ready = bulletins.check(session, row.id, row.version, clerk, now)
        return bulletins.issue(session, row.id, ready.version, clerk, now).id


def _camera(own: OwnInstallation) -> int:
    """A camera with zones that a worker has looked at, once enough films of the demonstration are rendered."""
    print("waiting for the films of the cameras; they are rendered at the first time")
    until = time.monotonic() + FILM_SECONDS
    while time.monotonic() < until:
        with _scoped(own) as session:
            found = session.scalar(_ZONED, {"n": FILMS})
        if found is not None:
            return int(found)
        time.sleep(5)
    raise CannotStart(f"No worker has looked at {FILMS} cameras after {FILM_SECONDS} s; is the vision extra installed?")


@contextmanager
def _scoped(own: OwnInstallation) -> Iterator[Session]:
    record = Record(own.addresses.database_app, pool_size=1, application_name="anwang screenshots")
    try:
        with record.scoped(region_scope(360_000)) as session:
            yield session
    finally:
        record.close()


if __name__ == "__main__":
    main()
