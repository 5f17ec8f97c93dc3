"""Pages look as they did when somebody last looked at them; `make screenshots` renews what they are compared with."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from db.commands import bulletins
from db.commands.acting import Acting
from db.rules.access_scope import region_scope
from portal.bench.pictures import COMPARED, PLACES, Picture, every, take
from portal.pages import PAGES
from tests.journeys.conftest import Watched, watch
from tests.journeys.likeness import bright_share, kept, likeness
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parents[1] / "pictures"
MOST_MEAN, MOST_CLEAR = 4.0, 0.012
MOST_MEAN_OF_FORMS = 0.6
"""Without letters nothing is left that machines draw in their own way: a panel that is gone is 1."""
MOST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def names(fresh_portal: PortalServer) -> dict[str, str]:
    venue = one(fresh_portal, "select venue_id from grants where role = 'venue' order by id limit 1")
    device = one(fresh_portal, "select min(code) from devices where venue_id = :id and retired_on is null", id=venue)
    return {"venue": str(venue), "device": device, "bulletin": str(_issued(fresh_portal)), "camera": ""}


def _issued(server: PortalServer) -> int:
    now, clerk = datetime.now(UTC), Acting(None, "clerk", None)
    with server.test_record.record.scoped(region_scope(360000)) as session:
        row = bulletins.draft(session, date(2024, 9, 2), clerk, now)
        ready = bulletins.check(session, row.id, row.version, clerk, now)
        return bulletins.issue(session, row.id, ready.version, clerk, now).id


@pytest.mark.parametrize("picture", COMPARED, ids=lambda picture: picture.file)
def test_the_page_looks_as_it_did(
    browser: Browser,
    fresh_portal: PortalServer,
    names: dict[str, str],
    picture: Picture,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    watched: list[Watched] = []
    png = take(
        *(browser, fresh_portal.url, picture, fresh_portal.passwords, names),
        look=lambda page: watched.append(watch(page, fresh_portal.url)),
    )
    reference = FOLDER / picture.file
    if pytestconfig.getoption("--renew-pictures"):
        FOLDER.mkdir(exist_ok=True)
        reference.write_bytes(kept(png))
        return
    assert watched[0].complaints == []
    found = likeness(png, reference.read_bytes())
    seen = tmp_path / picture.file
    seen.write_bytes(png)
    told = f"{picture.file}: {found}; look at {seen}, and if it is right: make screenshots"
    assert found.mean <= (MOST_MEAN if picture.letters else MOST_MEAN_OF_FORMS), told
    assert found.clear_share <= MOST_CLEAR, told


def test_no_reference_is_left_over_and_all_are_small() -> None:
    assert {path.name for path in FOLDER.glob("*.png")} == {picture.file for picture in COMPARED}
    assert sum(path.stat().st_size for path in FOLDER.glob("*.png")) < MOST_BYTES


def test_every_page_has_its_picture() -> None:
    shown = set(PLACES) | {"wall"}
    # A device found by its number is the page of the binding.
    assert {page.name for page in PAGES} - shown == {"bind-number"}


def _drawn(*, box: tuple[int, int, int, int] | None = None, shift: int = 0) -> bytes:
    """A page of lines of letters, with or without a box upon it."""
    picture = Image.new("RGB", (800, 600), "#f4f6f9")
    pen = ImageDraw.Draw(picture)
    for line in range(20):
        pen.text((20 + shift, 20 + 28 * line), "One net for school fire safety " * 3, fill="#182031")
    if box:
        pen.rectangle(box, fill="#1d56b3")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_a_likeness_forgives_letters_edges_and_nothing_larger() -> None:
    reference = kept(_drawn())
    same, shifted = likeness(_drawn(), reference), likeness(_drawn(shift=1), reference)
    assert max(same.mean, shifted.mean) < MOST_MEAN
    assert max(same.clear_share, shifted.clear_share) <= MOST_CLEAR
    button = likeness(_drawn(box=(600, 500, 720, 540)), reference)
    assert button.clear_share > MOST_CLEAR
    other = likeness(_drawn(), kept(_drawn(box=(0, 0, 800, 600))))
    assert other.mean > MOST_MEAN


@pytest.mark.broad
@pytest.mark.parametrize(
    "picture", [each for each in every() if each.scheme == "dark" and each.name != "zones"], ids=lambda each: each.file
)
def test_dark_is_dark_everywhere(
    browser: Browser, fresh_portal: PortalServer, names: dict[str, str], picture: Picture
) -> None:
    """A component that nobody taught the tokens shines."""
    assert bright_share(take(browser, fresh_portal.url, picture, fresh_portal.passwords, names)) < 0.08
