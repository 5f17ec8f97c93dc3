"""The file of channels as the document writes it, as `anwang up --demo` writes it, and as people get it wrong."""

import re
from pathlib import Path

import pytest

import ingest.notify
from db import channel_file
from db.demo import phones
from db.errors import CannotStart
from db.settings import Settings

DOCUMENT = (Path(ingest.notify.__file__).parent / "CHANNELS.md").read_text(encoding="utf-8")


def written(folder: Path, words: str) -> Settings:
    path = folder / "channels.toml"
    path.write_text(words, encoding="utf-8")
    return Settings(var_dir=folder, notify_file=str(path))


def test_the_documents_example_is_read_as_it_stands(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    gateways = channel_file.read(written(tmp_path, example))
    assert set(gateways) == {"web_push", "sms", "voice", "wecom", "dingtalk", "email", "webhook"}
    assert gateways["sms"].success.final == ("4001",)
    assert gateways["voice"].receipt is not None
    assert gateways["voice"].receipt.acknowledge == ("1",)
    assert gateways["wecom"].success.equals == ("0",)
    assert gateways["webhook"].hosts == ("oa.example.cn",)
    assert channel_file.far_end(gateways["email"]) == "smtp.example.cn"
    assert channel_file.far_end(gateways["webhook"]) == ""


def test_every_placeholder_is_documented() -> None:
    from db.rules.gateway import PLACEHOLDERS

    for name in set(PLACEHOLDERS) - {"sign", "detail"}:
        assert f"{{{name}}}" in DOCUMENT, name


def test_the_demonstrations_file_is_read_too(tmp_path: Path) -> None:
    phones.channel_file(tmp_path / "demo.toml", 1234)
    gateways = channel_file.read(Settings(var_dir=tmp_path, notify_file=str(tmp_path / "demo.toml")))
    assert gateways["sms"].is_demo
    assert gateways["voice"].url == "http://127.0.0.1:1234/voice"
    assert (tmp_path / "demo.toml").stat().st_mode & 0o077 == 0


def test_without_a_file_browsers_alone_are_told(tmp_path: Path) -> None:
    assert set(channel_file.read(Settings(var_dir=tmp_path))) == {"web_push"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("[sms", "cannot be read"),
        ("[fax]\nurl = 'http://x'", "[fax] is no channel"),
        ("[portal]", "[portal] is no channel"),
        ("sms = 1", "[sms] must be a table"),
        ("[sms]", "[sms] must name its url"),
        ("[webhook]", "[webhook] must name its hosts"),
        ("[sms]\nurl = 'http://x'\nmethod = 'DELETE'", "method cannot be 'DELETE'"),
        ("[sms]\nurl = 'http://x'\nper_second = 'many'", "per_second cannot be 'many'"),
        ("[sms]\nurl = 'http://x'\nspeed = 3", "speed is not known"),
        ("[sms]\nurl = 'http://x'\n[sms.success]\nstate = 3", "[sms.success] state is not known"),
        ("[wecom]\nsign = 'rsa'", "sign cannot be 'rsa'"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, words: str, why: str) -> None:
    with pytest.raises(CannotStart) as refusal:
        channel_file.read(written(tmp_path, words))
    assert why in str(refusal.value)
    assert "channels.toml" in str(refusal.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="ANWANG_NOTIFY_FILE"):
        channel_file.read(Settings(var_dir=tmp_path, notify_file=str(tmp_path / "none.toml")))
