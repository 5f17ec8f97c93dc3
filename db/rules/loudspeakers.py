"""Ways to a loudspeaker column. Pure."""

from enum import StrEnum
from urllib.parse import urlsplit

from db.rules.alarm_lifecycle import Refusal


class Adapter(StrEnum):
    HTTP = "http"
    SIP = "sip"
    """A column that is called like a telephone; announced, and not there yet."""


NOT_YET = Refusal("Loudspeakers that are called over SIP cannot be reached yet; connect this one over HTTP.")


def refusal_of(adapter: Adapter, address: str) -> Refusal | None:
    """Why a column at this address cannot be put on the books."""
    where = urlsplit(address)
    wanted = ("sip", "sips") if adapter is Adapter.SIP else ("http", "https")
    if where.scheme not in wanted or not (where.hostname or adapter is Adapter.SIP):
        return Refusal("A loudspeaker's address begins with http://, https:// or sip:.")
    if where.username or where.password:
        return Refusal("A loudspeaker's key belongs into its file, not into its address.")
    return None
