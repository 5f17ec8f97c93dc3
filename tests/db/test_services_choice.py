"""Which PostgreSQL runs, and where the services' data live."""

from pathlib import Path

import pytest

from db.errors import CannotStart
from db.services.data_folder import elsewhere
from db.services.identity import Identity
from db.services.postgres_programs import PostgresPrograms, choose, installed


def version(tmp_path: Path, major: int, postgis: bool = True) -> PostgresPrograms:
    extensions = tmp_path / str(major)
    extensions.mkdir()
    if postgis:
        (extensions / "postgis.control").touch()
    return PostgresPrograms(major, tmp_path / "bin", extensions)


def test_the_newest_with_postgis(tmp_path: Path) -> None:
    newest, middle, oldest = version(tmp_path, 17, postgis=False), version(tmp_path, 16), version(tmp_path, 15)
    assert choose([newest, middle, oldest], None) is middle
    assert choose([newest, middle, oldest], 15) is oldest


@pytest.mark.parametrize(
    ("majors", "postgis", "data", "sentence"),
    [
        ((), True, None, "PostgreSQL is missing"),
        ((16,), False, None, "PostGIS is missing"),
        ((16,), True, 15, "made by PostgreSQL 15.*apt-get install postgresql-15-postgis-3"),
    ],
)
def test_none_fits(tmp_path: Path, majors: tuple[int, ...], postgis: bool, data: int | None, sentence: str) -> None:
    with pytest.raises(CannotStart, match=sentence):
        choose([version(tmp_path, major, postgis) for major in majors], data)


def test_this_machine_has_one() -> None:
    assert choose(installed(), None).path("initdb").endswith("/initdb")


@pytest.mark.parametrize(("mode", "can"), [(0o700, False), (0o711, True), (0o755, True), (0o750, False)])
def test_who_may_pass_through(tmp_path: Path, mode: int, can: bool) -> None:
    closed = tmp_path / "home"
    inside = closed / "project"
    inside.mkdir(parents=True)
    for folder in (inside, *(one for one in inside.parents if "pytest" in str(one))):
        folder.chmod(0o755)
    closed.chmod(mode)
    stranger = Identity(uid=closed.stat().st_uid + 4321, gid=4321)
    assert stranger.can_enter(inside) is can
    assert Identity(None, None).can_enter(inside)


def test_each_installation_has_its_own_folder_elsewhere() -> None:
    folders = {elsewhere(Path(path)) for path in ("/root/anwang/var", "/root/other/var", "/home/anwang/var")}
    assert len(folders) == 3
    assert elsewhere(Path("/root/anwang/var")).name.startswith("anwang-")
