"""`anwang rankings` on the demonstration province."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from db import settings as record_settings
from portal.cli import assembled
from tests.plugins.services import TestRecord


@pytest.fixture
def ranked(demo_record: TestRecord, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`ranked(*arguments)` answers what the command says, as JSON."""
    monkeypatch.setenv("ANWANG_VAR_DIR", str(demo_record.settings.var_dir))
    monkeypatch.setenv("ANWANG_DATABASE_APP_URL", demo_record.app_url.render_as_string(hide_password=False))

    record_settings.load.cache_clear()

    def asked(*arguments: str) -> Any:
        said = CliRunner().invoke(assembled(), ["rankings", "--format", "json", *arguments])
        assert said.exit_code == 0, said.output
        return json.loads(said.stdout)

    yield asked
    record_settings.load.cache_clear()


def test_the_bulletins_day_without_a_measure_is_what_it_was(ranked: Any) -> None:
    told = ranked("--as-of", "2024-09-02", "--level", "province")
    (whole,) = [row for row in told["rows"] if row["category"] == "all"]
    assert (whole["venues"], whole["accessed"], whole["access_pct"]) == (18_845, 11_907, 63.2)


def test_a_measure_is_ranked_and_compared(ranked: Any) -> None:
    told = ranked("--measure", "access", "--as-of", "2024-09-02", "--compare", "2024-08-02", "--level", "city")
    assert (told["measure"], told["version"], told["compared_with"]) == ("access", 1, "2024-08-02")
    kindergartens = [row for row in told["rows"] if row["category"] == "kindergarten"]
    assert [row["place"] for row in kindergartens] == list(range(1, 12))
    first = kindergartens[0]
    assert (first["adcode"], first["rate_pct"], first["numerator"]) == (360_200, 79.5, 383)
    assert first["interval_pct"] == [75.6, 82.8]
    assert first["moved_points"] > 0
    small = [row for row in told["rows"] if row["category"] == "private_continuing_college"]
    assert {row["place"] for row in small if row["denominator"] < 5} == {None}
