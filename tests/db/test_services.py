"""The private services as they are lived with: started, stopped, killed, started again."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from db import addresses
from db.errors import CannotStart
from db.services import PrivateMosquitto, PrivatePostgres, PrivateRedis, private_services
from db.services.service import PrivateService
from db.settings import Settings
from tests.plugins.services import free_port, open_folder, settings_in

SERVICES = (PrivatePostgres, PrivateRedis, PrivateMosquitto)


@pytest.fixture(scope="module")
def own() -> Settings:
    """An installation that these tests may kill."""
    return settings_in(open_folder())


@pytest.fixture(params=SERVICES, ids=lambda kind: kind.name)
def service(request: pytest.FixtureRequest, own: Settings):
    made = request.param(own)
    yield made
    made.stop()


def test_starts_and_stops(service: PrivateService) -> None:
    service.check()
    service.start()
    assert service.is_running()
    assert service.processes()
    service.stop()
    assert not service.is_running()
    assert not service.processes()


def test_runs_as_an_unprivileged_user(service: PrivateService) -> None:
    service.start()
    assert {process.uids().real for process in service.processes()} - {0} != set()
    assert 0 not in {process.uids().real for process in service.processes()}


def test_starts_after_being_killed(service: PrivateService) -> None:
    service.start()
    service.processes()[0].kill()
    service.child.wait(10)
    service.start()
    assert service.is_running()


def test_takes_the_place_of_one_that_was_left_behind(service: PrivateService, own: Settings) -> None:
    service.start()
    left, service.child = service.child, None
    another = type(service)(own)
    another.check()
    another.start()
    try:
        assert left.wait(10) is not None
        assert another.is_running()
    finally:
        another.stop()


def test_data_outlive_a_kill(own: Settings) -> None:
    postgres = PrivatePostgres(own)
    postgres.start()
    with postgres._as_superuser("postgres") as cursor:
        cursor.execute("create table if not exists kept (n int); insert into kept values (1)")
    parent = min(postgres.processes(), key=lambda process: process.create_time())
    parent.kill()
    postgres.child.wait(10)
    postgres.start()
    with postgres._as_superuser("postgres") as cursor:
        cursor.execute("select count(*) > 0 from kept")
        assert cursor.fetchone() == (True,)
    postgres.stop()


def test_a_pid_file_from_before_a_reboot_is_not_in_the_way(own: Settings) -> None:
    """The pid in it may be in use by now, by another process of the same user."""
    postgres = PrivatePostgres(own)
    postgres.start()
    pid_file = postgres.data / "postmaster.pid"
    kept = pid_file.read_text()
    postgres.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *kept.splitlines()[1:]]) + "\n")
    postgres.start()
    assert postgres.is_running()
    postgres.stop()


def test_a_killed_parent_leaves_nothing(own: Settings) -> None:
    program = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from db.settings import Settings
        from db.services import private_services
        settings = Settings(var_dir=Path({str(own.var_dir)!r}), postgres_port={own.postgres_port},
                            redis_port={own.redis_port}, mqtt_port={own.mqtt_port})
        for service in private_services(settings):
            service.start()
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    died = subprocess.run([sys.executable, "-c", program], check=False)
    assert died.returncode == -signal.SIGKILL
    left = [process for service in private_services(own) for process in service.processes()]
    _, alive = psutil.wait_procs(left, 20)
    assert not alive


def test_secrets_are_the_owners_alone(own: Settings) -> None:
    known = addresses.read_secrets(own.var_dir)
    assert (own.var_dir / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(set(known.values())) == len(addresses.SECRET_NAMES)
    assert addresses.read_secrets(own.var_dir) == known


@pytest.mark.parametrize("kind", SERVICES, ids=lambda kind: kind.name)
def test_a_taken_port_names_its_setting_and_holder(kind: type[PrivateService], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = Settings(var_dir=tmp_path, postgres_port=port, redis_port=port, mqtt_port=port)
        with pytest.raises(CannotStart) as refusal:
            kind(settings).check()
    sentence = str(refusal.value)
    assert f"Port {port} on 127.0.0.1 is taken" in sentence
    assert f"(pid {os.getpid()})" in sentence
    assert kind.setting in sentence


def test_a_missing_program_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStart, match=r"redis-server is missing; .*package redis-server"):
        PrivateRedis(Settings(var_dir=tmp_path, redis_port=free_port())).check()


def test_a_foreign_address_is_told(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path, bind_host="203.0.113.7", mqtt_port=free_port())
    with pytest.raises(CannotStart, match=r"203\.0\.113\.7 is no address of this machine; change ANWANG_BIND_HOST"):
        PrivateMosquitto(settings).check()


def test_a_service_of_somebody_else_is_not_ours(own: Settings, tmp_path: Path) -> None:
    redis = PrivateRedis(own)
    redis.start()
    stranger = PrivateRedis(Settings(var_dir=tmp_path, redis_port=own.redis_port))
    assert not stranger.is_running()
    with pytest.raises(CannotStart, match="taken by redis-server"):
        stranger.check()
    redis.stop()


def test_the_broker_lets_in_only_whom_it_knows(own: Settings) -> None:
    broker = PrivateMosquitto(own)
    broker.start()
    known = addresses.read_secrets(own.var_dir)
    publish = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(own.mqtt_port), "-q", "1", "-t", "anwang/v1/x/smoke"]
    publish += ["-m", "{}"]
    strange = subprocess.run(publish, capture_output=True, check=False)
    device = subprocess.run([*publish, "-u", "device", "-P", known["mqtt_device"]], capture_output=True, check=False)
    assert strange.returncode != 0
    assert device.returncode == 0
    broker.stop()
