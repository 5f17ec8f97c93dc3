"""TLS at the private broker with an authority of the tests' own: gateway, devices, and whoever is not believed."""

import logging
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Connection

from db.addresses import read_secrets
from db.broker_trust import BrokerTrust, trust_of
from db.commands.device_credentials import hashed
from db.errors import CannotStart
from db.services.broker_login import refusal
from db.services.checks import check_broker
from db.services.mosquitto import PrivateMosquitto
from db.services.ports import answers
from db.settings import Settings
from ingest.mqtt.block_client import BlockSocket
from ingest.mqtt.connection import BrokerConnection
from ingest.simulate import broker
from tests import factories
from tests.certificates import Authority
from tests.ingest.gateways import rows, running, say, wait_for
from tests.plugins.services import TestRecord, free_port, open_folder, settings_in


@dataclass(frozen=True)
class Site:
    """An installation whose broker speaks TLS."""

    settings: Settings
    mosquitto: PrivateMosquitto
    authority: Authority

    def url(self, login: str) -> str:
        password = read_secrets(self.settings.var_dir)[f"mqtt_{login}"]
        return f"mqtts://{login}:{password}@127.0.0.1:{self.settings.mqtt_tls_port}"

    @property
    def trust(self) -> BrokerTrust:
        return BrokerTrust(str(self.authority.file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    authority = Authority(folder, "authority")
    certificate, key = authority.signs("broker")
    chosen = {"mqtt_tls_port": free_port(), "mqtt_tls_certificate": str(certificate), "mqtt_tls_key": str(key)}
    settings = settings_in(open_folder()).model_copy(update=chosen)
    service = PrivateMosquitto(settings)
    service.check()
    service.start()
    yield Site(settings, service, authority)
    service.stop()


@pytest.fixture
def stranger(folder: Path) -> BrokerTrust:
    return BrokerTrust(str(Authority(folder, "stranger").file))


def test_gateway_and_devices_speak_over_tls(site: Site, empty_record: TestRecord, owner: Connection) -> None:
    code = factories.device(owner, factories.venue(owner))[1]
    client = broker.connect(site.url("device"), site.trust)
    settings = site.settings.model_copy(update={"mqtt_ca_file": str(site.authority.file)})
    try:
        with running(replace(empty_record, settings=settings), site.url("gateway"), forgotten=False) as gateway:
            link = gateway.connection._client.socket()
            assert isinstance(link, BlockSocket)
            assert link.version() in ("TLSv1.2", "TLSv1.3")
            for n in range(2000):
                client.publish(f"anwang/v1/{code}/smoke", f'{{"value": 0.1, "text": "{n}"}}', qos=1)
            say(client, f"anwang/v1/{code}/smoke", b'{"alarm": true}')
            wait_for(lambda: rows(owner, "signals") == 2001, 60)
            assert rows(owner, "alarms") == 1
    finally:
        client.disconnect()
        client.loop_stop()


def test_a_device_logs_in_as_itself(site: Site) -> None:
    password = "Long-Enough"
    site.mosquitto.let_in(f"sd-1:{hashed(password)}\n")
    where = f"mqtts://sd-1:{{}}@127.0.0.1:{site.settings.mqtt_tls_port}"
    wait_for(lambda: refusal(where.format(password), trust=site.trust) is None)
    assert refusal(where.format("a-guess"), trust=site.trust) == "Not authorized"


def test_whoever_does_not_know_the_authority_says_so_in_one_sentence(site: Site, stranger: BrokerTrust) -> None:
    told = "its certificate is not trusted (unable to get local issuer certificate)"
    told += "; ANWANG_MQTT_CA_FILE names whom to trust"
    for trust in (stranger, BrokerTrust()):
        assert refusal(site.url("device"), trust=trust) == told
        with pytest.raises(CannotStart, match="does not answer: its certificate is not trusted"):
            broker.connect(site.url("device"), trust)
    outside = Settings(
        var_dir=site.settings.var_dir, mqtt_url=site.url("gateway"), mqtt_ca_file=stranger.ca_file, redis_port=1
    )
    with pytest.raises(CannotStart) as refused:
        check_broker(outside.mqtt_url, trust_of(outside))
    assert str(refused.value).endswith(f"(ANWANG_MQTT_URL) does not let us in: {told}.")


def test_a_gateway_that_does_not_trust_the_broker_says_so_once_and_takes_nothing(
    site: Site, stranger: BrokerTrust, caplog: pytest.LogCaptureFixture
) -> None:
    connection = BrokerConnection(site.url("gateway"), "wrong-authority", trust=stranger)
    connection._client.reconnect_delay_set(1, 1)
    with caplog.at_level(logging.ERROR, "anwang.gateway"):
        connection.open()
        wait_for(lambda: bool(caplog.records))
        time.sleep(2.5)
        connection.close()
    (said,) = [record.getMessage() for record in caplog.records if record.name == "anwang.gateway"]
    assert "cannot be reached: its certificate is not trusted" in said
    assert not connection.is_listening.is_set()


def test_without_tls_only_this_machine_gets_in(site: Site, tmp_path: Path) -> None:
    """The plain listener stays on loopback, whatever address devices come to."""
    outside = next(
        (each.address for many in psutil.net_if_addrs().values() for each in many if each.family == socket.AF_INET
         and not each.address.startswith("127.")), None,
    )  # fmt: skip
    chosen = {"bind_host": "0.0.0.0", "mqtt_port": free_port(), "mqtt_tls_port": free_port(), "var_dir": tmp_path}
    service = PrivateMosquitto(site.settings.model_copy(update=chosen))
    assert [(port.host, port.number) for port in service.ports] == [
        ("127.0.0.1", service.settings.mqtt_port),
        ("0.0.0.0", service.settings.mqtt_tls_port),
    ]
    if outside is not None:
        assert not answers(outside, site.settings.mqtt_port)


def test_a_renewed_certificate_is_taken_over_while_it_runs(site: Site) -> None:
    assert site.mosquitto.tend() is None
    shown = certificate_of(site)
    files = Path(site.settings.mqtt_tls_certificate), Path(site.settings.mqtt_tls_key)
    before = [file.read_text() for file in files]
    connected = broker.connect(site.url("device"), site.trust)
    try:
        files[0].write_text("half of it")
        assert "is not taken over" in (site.mosquitto.tend() or "")
        assert certificate_of(site) == shown
        site.authority.signs("broker")
        assert [file.read_text() for file in files] != before
        assert site.mosquitto.tend() == "the renewed certificate is taken over"
        wait_for(lambda: certificate_of(site) != shown)
        assert connected.is_connected()
    finally:
        connected.disconnect()
        connected.loop_stop()
    assert refusal(site.url("device"), trust=site.trust) is None


def test_devices_may_have_to_show_a_certificate(site: Site, folder: Path) -> None:
    devices = Authority(folder, "devices")
    chosen = {
        "var_dir": open_folder(),
        "mqtt_port": free_port(),
        "mqtt_tls_port": free_port(),
        "mqtt_tls_client_ca": str(devices.file),
    }
    settings = site.settings.model_copy(update=chosen)
    service = PrivateMosquitto(settings)
    service.check()
    service.start()
    try:
        other = Site(settings, service, site.authority)
        shown = replace(site.trust, **dict(zip(("certificate", "key"), map(str, devices.signs("sd-1")), strict=True)))
        forged = replace(
            site.trust, **dict(zip(("certificate", "key"), map(str, site.authority.signs("forged")), strict=True))
        )
        assert refusal(other.url("device"), trust=shown) is None
        wanted = "it hung up; it may want a certificate (ANWANG_MQTT_CERTIFICATE)"
        assert refusal(other.url("device"), trust=site.trust) == wanted
        assert refusal(other.url("device"), trust=forged) == wanted
    finally:
        service.stop()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"mqtt_tls_certificate": ""}, "needs a certificate; name its file with ANWANG_MQTT_TLS_CERTIFICATE"),
        (
            {"mqtt_tls_certificate": "/nowhere.pem"},
            "/nowhere.pem (ANWANG_MQTT_TLS_CERTIFICATE) cannot be read: No",
        ),
        ({"mqtt_tls_key": "{rubbish}"}, "is no certificate and its unencrypted key"),
        ({"mqtt_tls_key": "{other}"}, "is no certificate and its unencrypted key: key values mismatch"),
        ({"mqtt_tls_client_ca": "{rubbish}"}, "(ANWANG_MQTT_TLS_CLIENT_CA) holds no certificates in PEM"),
    ],
)
def test_files_that_cannot_be_used(site: Site, folder: Path, given: dict[str, str], sentence: str) -> None:
    rubbish = folder / "rubbish"
    rubbish.write_text("nothing")
    other = site.authority.signs("other")[1]
    chosen = {name: path.format(rubbish=rubbish, other=other) for name, path in given.items()}
    with pytest.raises(CannotStart) as refused:
        PrivateMosquitto(site.settings.model_copy(update=chosen)).check()
    assert sentence in str(refused.value)
    assert str(refused.value).count("\n") == 0


def certificate_of(site: Site) -> str:
    return ssl.get_server_certificate(("127.0.0.1", site.settings.mqtt_tls_port))
