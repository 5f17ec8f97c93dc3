"""Web push as a browser takes it apart, and mail as a server takes it in."""

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from db.channel_file import ROBOTS
from db.rules.gateway import Gateway
from db.web_push_keys import public_key
from tests.ingest.notify.telling import SECRETS, Desk, desk_on, telling
from tests.ingest.notify.test_teller import own_point
from tests.plugins.fake_gateway import FakeGateway, Reply
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def desk(record: TestRecord) -> Iterator[Desk]:
    with desk_on(record) as made:
        yield made


def written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class FakeBrowser:
    """A subscription, and the key that opens what is sent to it."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"0123456789abcdef"

    @property
    def detail(self) -> str:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return json.dumps({"p256dh": written(point), "auth": written(self.auth)})

    def opened(self, body: bytes) -> Any:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"))


def test_a_browser_can_read_what_was_pushed_and_who_pushed_it(desk: Desk, fake_gateway: FakeGateway) -> None:
    person, browser = desk.person(phone=None), FakeBrowser()
    own_point(desk, person, "web_push", f"{fake_gateway.url}/push/abc", browser.detail)
    alarm = desk.alarm()
    desk.tell(person, alarm)
    fake_gateway.usual = Reply(201, b"")
    with telling(desk.record, {"web_push": ROBOTS["web_push"]}):
        desk.wait("select state = 'sent' from deliveries where channel = 'web_push'")
    came = fake_gateway.came[0]
    told = browser.opened(came.body)
    assert "火警" in told["title"]
    assert told["path"] == f"/alarms?alarm={alarm}"
    assert told["key"] == desk.one("select message_key from deliveries where channel = 'web_push'")
    assert len(told["token"]) == 32
    assert came.headers["content-encoding"] == "aes128gcm"
    assert came.headers["urgency"] == "high"
    assert Vapid02.verify(came.headers["authorization"])
    assert came.headers["authorization"].endswith(public_key(SECRETS["web_push"]))


def test_a_subscription_that_is_gone_is_not_used_again(desk: Desk, fake_gateway: FakeGateway) -> None:
    person, browser = desk.person(phone=None), FakeBrowser()
    own_point(desk, person, "web_push", f"{fake_gateway.url}/push/gone", browser.detail)
    fake_gateway.usual = Reply(410, b"")
    desk.tell(person, desk.alarm())
    with telling(desk.record, {"web_push": ROBOTS["web_push"]}):
        desk.wait("select state = 'failed' from deliveries where channel = 'web_push'")
    assert len(fake_gateway.came) == 1
    assert desk.one("select disabled_at is not null from contact_points")


def test_keys_that_are_none_fail_at_once(desk: Desk, fake_gateway: FakeGateway) -> None:
    person = desk.person(phone=None)
    own_point(desk, person, "web_push", f"{fake_gateway.url}/push/x", '{"p256dh": "AAAA", "auth": "AAAA"}')
    desk.tell(person, desk.alarm())
    with telling(desk.record, {"web_push": ROBOTS["web_push"]}):
        desk.wait("select state = 'failed' from deliveries where channel = 'web_push'")
    assert fake_gateway.came == []


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs; keeps each letter whole."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.letters: list[tuple[str, str]] = []
        self.refuses = False


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: MailServer = self.server  # type: ignore[assignment]
        say = lambda line: self.wfile.write(f"{line}\r\n".encode())  # noqa: E731
        say("220 ready")
        to = ""
        for raw in self.rfile:
            word = raw.decode().strip()
            if word.upper().startswith("RCPT TO:"):
                to = word[8:].strip().strip("<>")
                say("550 no such person" if server.refuses else "250 ok")
            elif word.upper() == "DATA":
                say("354 go on")
                lines = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line.decode())
                server.letters.append((to, "".join(lines)))
                say("250 taken")
            elif word.upper() == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def mail(server: MailServer) -> Gateway:
    url = f"mailto://127.0.0.1:{server.server_address[1]}?from=anwang@example.cn&mode=insecure"
    return replace(ROBOTS["email"], url=url)


def test_a_mail_reaches_its_server(desk: Desk, mail_server: MailServer) -> None:
    import email
    import email.policy

    person = desk.person(phone=None)
    own_point(desk, person, "email", "chief@school.example.cn")
    desk.tell(person, desk.alarm())
    with telling(desk.record, {"email": mail(mail_server)}):
        desk.wait("select state = 'sent' from deliveries where channel = 'email'")
    ((to, letter),) = mail_server.letters
    assert to == "chief@school.example.cn"
    parsed = email.message_from_string(letter, policy=email.policy.default)
    body = parsed.get_body(("plain", "html"))
    assert body is not None
    assert "火警" in str(parsed["subject"])
    assert "/alarms?alarm=" in body.get_content()
    assert parsed["X-Anwang-Key"] == desk.one("select message_key from deliveries where channel = 'email'")


def test_a_mail_that_is_refused_is_tried_again(desk: Desk, mail_server: MailServer) -> None:
    person = desk.person(phone=None)
    own_point(desk, person, "email", "nobody@school.example.cn")
    mail_server.refuses = True
    desk.tell(person, desk.alarm())
    with telling(desk.record, {"email": mail(mail_server)}):
        desk.wait("select error like 'the mail server did not take it%' from deliveries where channel = 'email'")
        mail_server.refuses = False
        desk.wait("select state = 'sent' and tries > 1 from deliveries where channel = 'email'")
