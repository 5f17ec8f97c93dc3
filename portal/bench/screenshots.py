"""`make screenshots`: the README's pictures and every page in every variant, from an installation of its own."""

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser

from portal.bench.browser import chromium, log_in
from portal.bench.own_installation import OwnInstallation, running
from portal.bench.pictures import DESK, PHONE, WALLS, Picture, every, take

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
    with running(print) as own, chromium() as browser:
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
    """A venue and a device to show."""
    context = browser.new_context()
    page = context.new_page()
    log_in(page, own.base, "leader", own.account("leader").password)
    venues = page.request.get(f"{own.base}/api/v1/venues?limit=1&region=360702&category=boarding_school").json()
    venue = venues["rows"][0]["id"]
    devices = page.request.get(f"{own.base}/api/v1/devices?venue={venue}").json()
    context.close()
    return {"venue": str(venue), "device": devices["rows"][0]["code"]}


if __name__ == "__main__":
    main()
