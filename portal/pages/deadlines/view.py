"""What the address of the deadlines asks for; every figure is a link to one of these."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from db.queries.deadlines import BY, Span
from db.rules.deadlines import Hop
from portal import regions
from portal.address import number_of

DAYS = (1, 7, 30, 90)


@dataclass(frozen=True, slots=True)
class View:
    """Days back from now, a region, the hop that is looked into, by what it is ranked, and one alarm."""

    days: int = 7
    region: int | None = None
    hop: Hop = Hop.TO_CENTRE
    by: str = "venue"
    within: str = ""
    """One of a ranking, as `venue:12`."""
    alarm: int | None = None

    @classmethod
    def parse(cls, query: dict[str, str]) -> "View":
        usual = cls()
        days, region = number_of(query.get("days")), number_of(query.get("region"))
        by, _, key = query.get("within", "").partition(":")
        return cls(
            days if days in DAYS else usual.days,
            region if region in regions.tree().by_adcode else None,
            Hop(query["hop"]) if query.get("hop") in list(Hop) else usual.hop,
            query["by"] if query.get("by") in BY else usual.by,
            f"{by}:{key}" if by in BY and key else "",
            number_of(query.get("alarm")),
        )

    def href(self, **changed: Any) -> str:
        asked = replace(self, **changed)
        usual = View()
        parts = [
            (name, str(getattr(asked, name)))
            for name in View.__slots__
            if getattr(asked, name) not in (None, getattr(usual, name))
        ]
        return f"/deadlines?{urlencode(parts)}" if parts else "/deadlines"

    def span(self, now: datetime) -> Span:
        return Span(now - timedelta(days=self.days), now, self.region)
