"""Links to a venue's scene, as whoever gave them out sees them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class SceneLinkRow:
    """A link, how often it was opened and when last. The link itself stands nowhere."""

    id: int
    purpose: str
    made_at: datetime
    made_by_name: str
    expires_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by_name: str | None
    visits: int
    last_opened_at: datetime | None
    last_address: str | None

    def is_open(self, now: datetime) -> bool:
        return self.withdrawn_at is None and now < self.expires_at


_OF_VENUE = text(
    """
    select l.id, l.purpose, l.made_at, l.made_by_name, l.expires_at, l.withdrawn_at, l.withdrawn_by_name,
           (select count(*) from scene_visits v where v.link_id = l.id) as visits,
           last.opened_at as last_opened_at, last.address as last_address
    from scene_links l left join lateral (
        select opened_at, address from scene_visits v where v.link_id = l.id order by opened_at desc limit 1
    ) last on true
    where l.venue_id = :venue order by l.made_at desc limit 50
    """
)


def of_venue(session: Session, venue_id: int) -> list[SceneLinkRow]:
    """Newest first."""
    return [SceneLinkRow(**row) for row in session.execute(_OF_VENUE, {"venue": venue_id}).mappings()]
