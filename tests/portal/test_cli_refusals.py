"""What `anwang` cannot do is one clear sentence and exit code 1, before anything starts."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from db import settings as record_settings
from portal.cli import main
from tests.plugins.services import Installation, TestRecord, free_port

Said = Callable[..., str]


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Runs `anwang` with settings of its own; answers its one sentence."""

    def run(*arguments: str, **settings: object) -> str:
        free = {f"{name}_port": free_port() for name in ("portal", "postgres", "redis", "mqtt")}
        for name, value in ({"var_dir": tmp_path} | free | settings).items():
            monkeypatch.setenv(f"ANWANG_{name.upper()}", str(value))
        monkeypatch.setattr(sys, "argv", ["anwang", *arguments])
        record_settings.load.cache_clear()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == 1
        assert said.out == ""
        assert said.err.startswith("anwang: ")
        assert said.err.count("\n") == 1
        return said.err.removeprefix("anwang: ").strip()

    yield run
    record_settings.load.cache_clear()


@pytest.fixture
def external(installation: Installation, empty_record: TestRecord) -> dict[str, str]:
    """Settings that name services which all answer."""
    return {
        "database_url": empty_record.owner_url.render_as_string(hide_password=False),
        "redis_url": installation.addresses.redis,
        "mqtt_url": installation.addresses.mqtt,
    }


@pytest.mark.parametrize("name", ["portal", "postgres", "redis", "mqtt"])
def test_a_taken_port(refusal: Said, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refusal("up", **{f"{name}_port": port})
    assert f"Port {port} on 127.0.0.1 is taken by" in said
    assert said.endswith(f"choose another with ANWANG_{name.upper()}_PORT.")


def test_two_settings_with_one_port(refusal: Said) -> None:
    port = free_port()
    said = refusal("up", portal_port=port, mqtt_port=port)
    assert said == f"ANWANG_MQTT_PORT and ANWANG_PORTAL_PORT name the same port, {port}."


@pytest.mark.parametrize(
    ("day", "sentence"), [("2024-13-01", "is no day; write YYYY-MM-DD"), ("2999-01-01", "has not come yet")]
)
def test_a_day_that_cannot_be_asked_for(refusal: Said, day: str, sentence: str) -> None:
    assert sentence in refusal("rankings", "--as-of", day)


@pytest.mark.parametrize(
    "arguments",
    [["--compare", "2024-05-01"], ["--measure", "access", "--as-of", "2024-05-01", "--compare", "2024-06-01"]],
)
def test_a_comparison_needs_a_measure_and_an_earlier_day(refusal: Said, arguments: list[str]) -> None:
    assert refusal("rankings", *arguments) == "--compare takes a day before --as-of, and a --measure."


def test_a_missing_program(refusal: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal("up").startswith("The program redis-server is missing; ./prerequisites.sh installs it")


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("database_url", "postgresql://nobody:guess@127.0.0.1:1/anwang", "does not answer: Connection refused"),
        ("database_url", "postgresql://nobody@nowhere.invalid/anwang", "could not translate host name"),
        ("redis_url", "redis://:guess@127.0.0.1:1/0", "(ANWANG_REDIS_URL) does not answer"),
        (
            "redis_url",
            "amqp://guest:guess@127.0.0.1:1//",
            "RabbitMQ at amqp://guest:***@127.0.0.1:1// (ANWANG_REDIS_URL)",
        ),
        ("mqtt_url", "mqtt://nobody:guess@127.0.0.1:1", "(ANWANG_MQTT_URL) does not let us in: Connection refused"),
    ],
)
def test_a_wrong_address(refusal: Said, external: dict[str, str], setting: str, value: str, sentence: str) -> None:
    said = refusal("up", **external | {setting: value})
    assert sentence in said
    assert "guess" not in said


def test_a_wrong_password(refusal: Said, external: dict[str, str], installation: Installation) -> None:
    url = f"mqtt://gateway:guess@127.0.0.1:{installation.settings.mqtt_port}"
    assert "does not let us in: Not authorized" in refusal("up", **external | {"mqtt_url": url})
    url = f"redis://:guess@127.0.0.1:{installation.settings.redis_port}/0"
    assert "(ANWANG_REDIS_URL) does not answer" in refusal("up", **external | {"redis_url": url})


@pytest.mark.parametrize("command", [("up",), ("db", "upgrade")])
def test_a_newer_database(
    refusal: Said, external: dict[str, str], empty_record: TestRecord, command: tuple[str, ...]
) -> None:
    with create_engine(empty_record.owner_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("update alembic_version set version_num = 'ffff'"))
    said = refusal(*command, **external)
    assert said.startswith("The database is at revision ffff, made by a newer version of Anwang; this one knows ")


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        (
            "redis_url",
            "http://127.0.0.1",
            "ANWANG_REDIS_URL: must begin with redis://, rediss://, unix://, amqp:// or amqps://",
        ),
        ("database_url", "mysql://127.0.0.1/x", "ANWANG_DATABASE_URL: must begin with postgresql://"),
        ("portal_port", "eighty", "ANWANG_PORTAL_PORT: Input should be a valid integer"),
        ("portal_workers", "0", "ANWANG_PORTAL_WORKERS: Input should be greater than or equal to 1"),
        ("language", "fr", "ANWANG_LANGUAGE: must be zh_CN or en"),
    ],
)
def test_a_setting_that_cannot_be_used(refusal: Said, setting: str, value: str, sentence: str) -> None:
    assert sentence in refusal("up", **{setting: value})


def test_upgrading_takes_the_owner(refusal: Said, empty_record: TestRecord) -> None:
    said = refusal("db", "upgrade", database_app_url=empty_record.app_url.render_as_string(hide_password=False))
    assert said == "To upgrade the database, name it as its owner with ANWANG_DATABASE_URL."


def test_the_province_needs_the_owner(
    refusal: Said, external: dict[str, str], empty_record: TestRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    app = empty_record.app_url.render_as_string(hide_password=False)
    said = refusal("up", "--demo", **external | {"database_url": "", "database_app_url": app})
    assert said.startswith("To load the demonstration province, name the database as its owner")


def test_a_benchmark_in_a_browser_needs_one(refusal: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.bench.commands.find_spec", lambda _name: None)
    assert refusal("bench", "streams") == 'This benchmark opens pages in Chromium, and needs: pip install -e ".[bench]"'
