"""The file that says which gateways this installation tells people over (`ANWANG_NOTIFY_FILE`, TOML).

It holds keys of gateways, so it stands beside the secrets and never in the database.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from db.errors import CannotStart
from db.rules.channels import Channel
from db.rules.gateway import Gateway, ReceiptRule, SuccessRule
from db.settings import Settings

PUSH_SERVICES = (
    *("fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"),
)
_ERRCODE = SuccessRule(status=(200,), field="errcode", equals=("0",))
ROBOTS: dict[str, Gateway] = {
    # Both answer 200 whatever happened: only the code in the body tells.
    Channel.WECOM: Gateway(
        Channel.WECOM,
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={address}",
        body={"msgtype": "text", "text": {"content": "{text}\n{link}"}},
        success=_ERRCODE,
    ),
    Channel.DINGTALK: Gateway(
        Channel.DINGTALK,
        "https://oapi.dingtalk.com/robot/send?access_token={address}&timestamp={timestamp}&sign={sign}",
        body={"msgtype": "text", "text": {"content": "{text}\n{link}"}},
        sign="dingtalk",
        success=_ERRCODE,
    ),
    Channel.WEBHOOK: Gateway(
        Channel.WEBHOOK,
        "{address}",
        body={"id": "{key}", "at": "{at}", "level": "{level}", "title": "{title}", "text": "{text}", "link": "{link}"},
        sign="hmac",
        success=SuccessRule(status=(200, 201, 202, 204)),
    ),
    Channel.WEB_PUSH: Gateway(
        Channel.WEB_PUSH, "{address}", success=SuccessRule(status=(200, 201, 202, 204)), hosts=PUSH_SERVICES
    ),
    Channel.EMAIL: Gateway(Channel.EMAIL, ""),
}
"""What is known of a channel anyway: its table in the file may hold as little as `[wecom]`."""
MUST_NAME = {Channel.SMS: "url", Channel.VOICE: "url", Channel.EMAIL: "url", Channel.WEBHOOK: "hosts"}
_PLAIN = {
    "url": str,
    "method": str,
    "secret": str,
    "sign": str,
    "timeout_seconds": (int, float),
    "per_second": (int, float),
    "burst": int,
    "at_once": int,
    "is_demo": bool,
}


def read(settings: Settings) -> dict[str, Gateway]:
    """The gateways by channel; web push is there always, the others where the file has their table."""
    path = settings.notify_path
    gateways = {Channel.WEB_PUSH.value: ROBOTS[Channel.WEB_PUSH]}
    if path is None:
        return gateways
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotStart(f"The file of channels {path} cannot be read (ANWANG_NOTIFY_FILE): {error}.") from error
    for name, table in told.items():
        gateways[name] = _gateway(path, name, table)
    return gateways


def _gateway(path: Path, name: str, table: Any) -> Gateway:
    def wrong(what: str) -> CannotStart:
        return CannotStart(f"The file of channels {path}: {what}.")

    if name not in tuple(Channel) or name == Channel.PORTAL:
        raise wrong(
            f"[{name}] is no channel; there are {', '.join(each for each in Channel if each != Channel.PORTAL)}"
        )
    if not isinstance(table, Mapping):
        raise wrong(f"[{name}] must be a table")
    needed = MUST_NAME.get(Channel(name))
    if needed and not table.get(needed):
        raise wrong(f"[{name}] must name its {needed}")
    start = ROBOTS.get(Channel(name)) or Gateway(name, "")
    facts: dict[str, Any] = {field: getattr(start, field) for field in Gateway.__slots__}
    for field, value in table.items():
        if field in _PLAIN:
            if not isinstance(value, _PLAIN[field]):  # type: ignore[arg-type]
                raise wrong(f"[{name}] {field} cannot be {value!r}")
            facts[field] = value
        elif field in ("headers", "form") and isinstance(value, Mapping):
            facts[field] = tuple((str(key), str(text)) for key, text in value.items())
        elif field == "body":
            facts[field] = value
        elif field == "hosts" and isinstance(value, list):
            facts[field] = tuple(map(str, value))
        elif field in ("success", "receipt") and isinstance(value, Mapping):
            facts[field] = _rule(SuccessRule if field == "success" else ReceiptRule, value, wrong, f"{name}.{field}")
        else:
            raise wrong(f"[{name}] {field} is not known")
    if facts["method"] not in ("GET", "POST", "PUT"):
        raise wrong(f"[{name}] method cannot be {facts['method']!r}")
    if facts["sign"] not in ("", "dingtalk", "hmac"):
        raise wrong(f"[{name}] sign cannot be {facts['sign']!r}")
    return Gateway(**facts)


def _rule(of: type[Any], table: Mapping[str, Any], wrong: Any, name: str) -> Any:
    known = set(of.__slots__)
    unknown = sorted(set(table) - known)
    if unknown:
        raise wrong(f"[{name}] {unknown[0]} is not known")
    facts = {
        field: tuple(value if field == "status" else map(str, value)) if isinstance(value, list) else value
        for field, value in table.items()
    }
    return of(**facts)


def far_end(gateway: Gateway) -> str:
    """The host that a channel goes to, without any secret; "" where each person's address names its own."""
    return "" if gateway.url.startswith("{") else (urlsplit(gateway.url).hostname or "")
