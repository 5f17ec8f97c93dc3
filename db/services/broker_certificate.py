"""The private broker's certificate, its key and the authority of devices: checked, and kept where mosquitto reads."""

import ssl
from pathlib import Path

from db.broker_trust import check_authorities, load_pair
from db.errors import CannotStart
from db.services.identity import Identity
from db.settings import Settings

CERTIFICATE, KEY, CLIENT_CA = "certificate.pem", "key.pem", "client-ca.pem"


def check(settings: Settings) -> None:
    """`CannotStart` in one sentence where TLS is asked for and its files cannot be used."""
    if not settings.mqtt_tls_port:
        return
    if not settings.mqtt_tls_certificate:
        raise CannotStart("ANWANG_MQTT_TLS_PORT needs a certificate; name its file with ANWANG_MQTT_TLS_CERTIFICATE.")
    pair = ("ANWANG_MQTT_TLS_CERTIFICATE", "ANWANG_MQTT_TLS_KEY")
    load_pair(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), settings.mqtt_tls_certificate, settings.mqtt_tls_key, pair)
    if settings.mqtt_tls_client_ca:
        check_authorities(settings.mqtt_tls_client_ca, "ANWANG_MQTT_TLS_CLIENT_CA")


def sources(settings: Settings) -> dict[str, Path]:
    """The files as they were given, by the names of their copies; the key may stand in the certificate's file."""
    named = {
        CERTIFICATE: settings.mqtt_tls_certificate,
        KEY: settings.mqtt_tls_key or settings.mqtt_tls_certificate,
        CLIENT_CA: settings.mqtt_tls_client_ca,
    }
    return {name: Path(path) for name, path in named.items() if path}


def copy(settings: Settings, folder: Path, who: Identity) -> None:
    """To where the services' own user may read them: a key is closed to everybody else."""
    for name, path in sources(settings).items():
        who.write(folder / name, path.read_text())


def is_renewed(settings: Settings, folder: Path) -> bool:
    """True where the files say something else than their copies."""
    return any((folder / name).read_text() != path.read_text() for name, path in sources(settings).items())


def listener(settings: Settings, folder: Path) -> str:
    """What mosquitto's configuration says of this listener."""
    lines = [
        f"listener {settings.mqtt_tls_port} {settings.bind_host}",
        f"certfile {folder / CERTIFICATE}",
        f"keyfile {folder / KEY}",
        "tls_version tlsv1.2",
    ]
    if settings.mqtt_tls_client_ca:
        lines += [f"cafile {folder / CLIENT_CA}", "require_certificate true"]
    return "\n".join(lines) + "\n"
