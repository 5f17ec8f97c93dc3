"""The desk as the address bar holds it: which chip, which filters."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from db.queries.alarm_desk import AlarmFilters, Mine
from db.rules.alarm_kinds import AlarmKind, AlarmState, Level, Verdict
from db.rules.alarm_lifecycle import OPEN_STATES
from db.rules.role_acts import TOLD_AT_ONCE
from portal.address import number_of
from portal.asking import Asker

SHOWS = ("mine", "open", "waiting", "urgent", "overdue", "drill", "closed", "all")
LONGEST_FIND = 60


@dataclass(frozen=True, slots=True)
class DeskView:
    """One view of the desk. Filters with nothing in them leave that side open."""

    show: str = "open"
    level: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()
    region: int | None = None
    venue: str = ""

    @classmethod
    def parse(cls, query: dict[str, str]) -> "DeskView":
        """What the address says; what it gets wrong falls back to the usual."""
        show = query.get("show", "open")
        return cls(
            show if show in SHOWS else "open",
            _known(query.get("level"), [str(int(level)) for level in Level]),
            _known(query.get("kind"), list(AlarmKind)),
            _known(query.get("state"), list(AlarmState)),
            _known(query.get("verdict"), list(Verdict)),
            number_of(query.get("region")),
            query.get("venue", "").replace("\0", "").strip()[:LONGEST_FIND],
        )

    def filters(self, asker: Asker, now: datetime) -> AlarmFilters:
        """The same for the record."""
        return AlarmFilters(
            states=self._states(),
            levels=tuple(int(level) for level in self._levels()),
            kinds=self.kind,
            region=self.region if self.region and self.region < 1_000_000 else None,
            verdicts=self.verdict,
            venue_words=self.venue or None,
            mine=mine(asker) if self.show == "mine" else None,
            overdue_at=now if self.show == "overdue" else None,
            is_in_window=True if self.show == "drill" else None,
        )

    def _states(self) -> tuple[str, ...]:
        within: tuple[str, ...] = {
            "waiting": (AlarmState.RAISED,),
            "closed": (AlarmState.CLOSED,),
            "all": (),
        }.get(self.show, OPEN_STATES)
        if not self.state:
            return within
        return tuple(state for state in self.state if not within or state in within) or ("none",)

    def _levels(self) -> tuple[str, ...]:
        if self.show != "urgent":
            return self.level
        return tuple(level for level in self.level or ("1", "2") if level in ("1", "2")) or ("0",)

    @property
    def query(self) -> str:
        """What stands behind the question mark; empty for the usual view."""
        parts = {
            "show": "" if self.show == "open" else self.show,
            "level": ",".join(self.level),
            "kind": ",".join(self.kind),
            "state": ",".join(self.state),
            "verdict": ",".join(self.verdict),
            "region": self.region or "",
            "venue": self.venue,
        }
        return urlencode({name: value for name, value in parts.items() if value}, safe=",")

    @property
    def href(self) -> str:
        return f"/alarms?{self.query}" if self.query else "/alarms"

    def toggled(self, part: str, value: str) -> "DeskView":
        """The view with one value of a filter more, or one less."""
        now: tuple[str, ...] = getattr(self, part)
        changed: dict[str, Any] = {part: tuple(v for v in now if v != value) if value in now else (*now, value)}
        return replace(self, **changed)


def mine(asker: Asker) -> Mine:
    """Whose desk it is."""
    return Mine(asker.person_id, asker.role in TOLD_AT_ONCE)


def _known(text: str | None, known: list[str]) -> tuple[str, ...]:
    wanted = (text or "").split(",")
    return tuple(value for value in known if value in wanted)
