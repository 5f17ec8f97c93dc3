"""The database for one command: started for it, shared with others, refused in one sentence."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from db import migrations
from db.errors import CannotStart, DatabaseTooNew
from db.services.database import running
from db.services.postgres import PrivatePostgres
from db.services.tenure import Occupied, tenant, tenure
from db.settings import Settings
from tests.plugins.services import Installation, TestRecord, free_port, open_folder, settings_in


@pytest.fixture(scope="module")
def own() -> Settings:
    return settings_in(open_folder())


def select_one(url: URL) -> int:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return int(connection.scalar(text("select 1")) or 0)


def test_the_private_one_runs_for_as_long_as_the_command(own: Settings) -> None:
    postgres = PrivatePostgres(own)
    with running(own) as found:
        assert found.database_owner is not None
        assert select_one(found.database_owner) == 1
        assert tenant(own) is not None
    assert not postgres.is_running()
    assert tenant(own) is None


def test_a_running_one_is_used_and_left_running(installation: Installation) -> None:
    with running(installation.settings):
        pass
    assert installation.postgres.is_running()


def test_an_external_one_is_only_used(empty_record: TestRecord, tmp_path) -> None:
    url = empty_record.owner_url.render_as_string(hide_password=False)
    with running(Settings(var_dir=tmp_path, database_url=url)) as found:
        assert found.database_owner == empty_record.owner_url
    assert not (tmp_path / "services").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"port": 1}, "Connection refused"),
        ({"password": "wrong"}, "password authentication failed"),
        ({"database": "nowhere"}, 'database "nowhere" does not exist'),
    ],
)
def test_a_wrong_address_is_one_sentence(empty_record: TestRecord, tmp_path, change: dict, sentence: str) -> None:
    url = empty_record.owner_url.set(**change).render_as_string(hide_password=False)
    with pytest.raises(CannotStart, match=sentence) as refusal, running(Settings(var_dir=tmp_path, database_url=url)):
        pass
    assert str(empty_record.owner_url.password) not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_application_comes_in_by_its_own_role(tmp_path) -> None:
    settings = Settings(var_dir=tmp_path, database_app_url="postgresql://postgres@127.0.0.1/anwang")
    with pytest.raises(CannotStart, match="must log in as anwang_app"), running(settings):
        pass


def test_one_tenant_at_a_time(tmp_path) -> None:
    settings = Settings(var_dir=tmp_path)
    with (
        tenure(settings, "anwang up"),
        pytest.raises(Occupied, match=r"in use by anwang up \(pid \d+\)"),
        tenure(settings, "anwang up"),
    ):
        pass
    with tenure(settings, "anwang up"):
        pass


def test_a_newer_database_is_refused(empty_record: TestRecord) -> None:
    engine = create_engine(empty_record.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = 'ffff'"))
    with pytest.raises(DatabaseTooNew, match="revision ffff, made by a newer version of Anwang"):
        migrations.upgrade(empty_record.owner_url, "x")


def test_a_taken_port_is_told_to_the_command(tmp_path, installation: Installation) -> None:
    settings = Settings(var_dir=tmp_path, postgres_port=installation.settings.redis_port, redis_port=free_port())
    with pytest.raises(CannotStart, match="ANWANG_POSTGRES_PORT"), running(settings):
        pass
