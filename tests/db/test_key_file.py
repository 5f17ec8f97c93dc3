"""Keys shared with far ends: closed to others, and none is lost where two commands write at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from db.key_file import KeyFile

KEYS = KeyFile("keys.json")


def test_two_at_once_lose_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: KEYS.keep(tmp_path, number), range(40)))
    assert [KEYS.key_of(tmp_path, number) for number in range(40)] == made
    assert len(set(made)) == 40
    assert (tmp_path / KEYS.name).stat().st_mode & 0o777 == 0o600


def test_a_given_key_takes_the_place_of_a_made_one(tmp_path: Path) -> None:
    assert KEYS.key_of(tmp_path, 7) is None
    KEYS.keep(tmp_path, 7)
    assert KEYS.keep(tmp_path, 7, "theirs") == "theirs"
    assert KEYS.key_of(tmp_path, 7) == "theirs"
