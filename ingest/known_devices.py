"""The devices that the record knows, kept in memory and asked for again when a new code speaks."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

ASK_AGAIN_SECONDS = 10.0
REFRESH_SECONDS = 300.0

_ONE = "select id, code, venue_id, county, area_id, is_demo from devices where retired_on is null"


@dataclass(frozen=True, slots=True)
class KnownDevice:
    id: int
    code: str
    venue_id: int
    county: int
    area_id: int | None
    is_demo: bool


class KnownDevices:
    """Looks codes up; an unknown one is asked for again at most every ten seconds."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, KnownDevice | None]] = {}

    def find(self, session: Session, codes: Iterable[str]) -> dict[str, KnownDevice]:
        """The devices behind these codes; unknown ones are left out."""
        now = time.monotonic()
        wanted = set(codes)
        missing = [code for code in wanted if self._is_due(code, now)]
        if missing:
            rows = session.execute(text(f"{_ONE} and code = any (:codes)"), {"codes": missing})
            found = {row.code: KnownDevice(*row) for row in rows}
            if len(self._known) > 500_000:
                self._known.clear()
            for code in missing:
                self._known[code] = (now, found.get(code))
        return {code: device for code in wanted if (device := self._known[code][1]) is not None}

    def forget(self) -> None:
        """Ask for every device anew: the record disagrees with what is kept here."""
        self._known.clear()

    def _is_due(self, code: str, now: float) -> bool:
        kept = self._known.get(code)
        if kept is None:
            return True
        return now - kept[0] > (REFRESH_SECONDS if kept[1] is not None else ASK_AGAIN_SECONDS)
