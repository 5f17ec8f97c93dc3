"""TLS to the broker (mqtts://…): whom its clients believe, and how they show who they are."""

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from db.errors import CannotStart
from db.settings import Settings


@dataclass(frozen=True, slots=True)
class BrokerTrust:
    """Files in PEM; empty: the system's authorities, and no certificate of our own."""

    ca_file: str = ""
    certificate: str = ""
    key: str = ""


SYSTEM = BrokerTrust()


class _ClosedWhereRefused(ssl.SSLSocket):
    """paho leaves a connection open whose handshake failed."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError:
            self.close()
            raise


def trust_of(settings: Settings) -> BrokerTrust:
    return BrokerTrust(settings.mqtt_ca_file, settings.mqtt_certificate, settings.mqtt_key)


def has_tls(mqtt_url: str) -> bool:
    return urlsplit(mqtt_url).scheme == "mqtts"


def context(trust: BrokerTrust) -> ssl.SSLContext:
    """What a client connects with; `CannotStart` in one sentence where a file cannot be used."""
    made = ssl.create_default_context(cafile=_ca_file(trust.ca_file))
    made.sslsocket_class = _ClosedWhereRefused
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if trust.certificate:
        load_pair(made, trust.certificate, trust.key, ("ANWANG_MQTT_CERTIFICATE", "ANWANG_MQTT_KEY"))
    return made


def load_pair(into: ssl.SSLContext, certificate: str, key: str, settings: tuple[str, str]) -> None:
    """A certificate with its key; a key may stand in the certificate's own file."""
    for path, setting in ((certificate, settings[0]), (key, settings[1])):
        if path:
            check_readable(path, setting)
    try:
        into.load_cert_chain(certificate, key or None, password="")
    except (ssl.SSLError, OSError) as error:
        raise CannotStart(
            f"{certificate} ({settings[0]}) with {key or 'no key of its own'} ({settings[1]})"
            f" is no certificate and its unencrypted key: {_plain(error)}."
        ) from error


def check_authorities(path: str, setting: str) -> None:
    """`CannotStart` where the file holds no certificates of authorities."""
    check_readable(path, setting)
    try:
        ssl.create_default_context(cafile=path)
    except (ssl.SSLError, OSError) as error:
        raise CannotStart(f"{path} ({setting}) holds no certificates in PEM: {_plain(error)}.") from error


def check_readable(path: str, setting: str) -> None:
    try:
        with open(path, "rb"):
            return
    except OSError as error:
        raise CannotStart(f"{path} ({setting}) cannot be read: {error.strerror or error}.") from error


def why_not(error: BaseException) -> str:
    """Why a broker could not be reached, in half a sentence; a certificate that is not believed names the setting."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message}); ANWANG_MQTT_CA_FILE names whom to trust"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({_plain(error)})"
    strerror = getattr(error, "strerror", None)
    return str(strerror or str(error) or type(error).__name__)


def _ca_file(path: str) -> str | None:
    if path:
        check_authorities(path, "ANWANG_MQTT_CA_FILE")
    return path or None


def _plain(error: Exception) -> str:
    """OpenSSL's own reason, without its numbers and source lines."""
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
    return str(reason).replace("_", " ").lower()
