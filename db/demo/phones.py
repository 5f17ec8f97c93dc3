"""The demonstration's telephone network as a file of channels: on this machine, and sending nothing anywhere."""

from pathlib import Path

CHANNEL_FILE = """# Written by `anwang up --demo`: a telephone network on this machine, which sends nothing anywhere.
{tables}"""
TABLE = """
[{channel}]
url = "http://127.0.0.1:{port}/{channel}"
is_demo = true
body = {{ to = "{{address}}", text = "{{text}}", ext = "{{key}}", report = "{{receipt_url}}" }}
success = {{ status = [200], field = "code", equals = ["0"], id = "id", final = ["no_such_number"] }}

[{channel}.receipt]
id = "id"
key = "ext"
state = "state"
delivered = ["DELIVRD", "ANSWERED"]
failed = ["UNDELIV"]
pressed = "dtmf"
acknowledge = ["1"]
"""


def channel_file(path: Path, port: int) -> None:
    """The file of channels that makes an installation tell people over this network."""
    tables = "".join(TABLE.format(channel=channel, port=port) for channel in ("sms", "voice"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CHANNEL_FILE.format(tables=tables), encoding="utf-8")
    path.chmod(0o600)
