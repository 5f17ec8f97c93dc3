"""What a message says, put together for the channel that carries it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from db.queries.telling import Outgoing
from db.rules.contact_address import CODE_LASTS, code_for
from db.rules.message_words import SIGNATURE, wording

HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to be sent; `link` is a whole address."""

    title: str
    text: str
    link: str
    path: str


class Writer:
    """Knows the portal's address and the secret of the codes."""

    def __init__(self, site: str, code_secret: str) -> None:
        self.site = site
        self._code_secret = code_secret

    def letter(self, message: Outgoing) -> Letter:
        title, text, path = self._said(message)
        return Letter(title, f"【{SIGNATURE}】{text}", self.site + path, path)

    def _said(self, message: Outgoing) -> tuple[str, str, str]:
        if message.purpose == "code" and message.contact_point_id is not None and message.code_asked_at is not None:
            code = code_for(self._code_secret, message.contact_point_id, message.code_asked_at)
            minutes = int(CODE_LASTS.total_seconds() // 60)
            return "验证码", f"验证码 {code}，{minutes} 分钟内有效。如非本人操作请忽略。", "/messages?tab=channels"
        if message.purpose == "test" or not message.told:
            return "测试消息", "这是一条测试消息，收到即表示此渠道可用。", "/messages?tab=channels"
        told = wording(message.told, HERE)
        return told.title, told.text, told.path
