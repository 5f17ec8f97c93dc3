"""A camera's rules: which judge looks for what, when, and what it takes to count."""

from dataclasses import dataclass, field
from datetime import datetime

from db.queries.cameras import RuleSet
from db.rules.camera_rules import Mode, SeenBox, VisionRule
from db.rules.timetables import Period, is_due
from db.rules.vision_learning import mode_now
from vision.frames import Colours
from vision.judge.equipment import Equipment
from vision.judge.hints import Hint
from vision.judge.looks import Judge, Look
from vision.judge.people import Crowding, Desk
from vision.judge.persistence import Persistence, Turn
from vision.judge.route import BlockedRoute
from vision.judge.zones import Zone

HINTED = frozenset({VisionRule.SMOKING, VisionRule.FLAME})
"""Rules that the second model is asked for."""
PATIENCE = {VisionRule.DESK_UNATTENDED: 2.0, VisionRule.EQUIPMENT_MISSING: 4.0, VisionRule.ROUTE_BLOCKED: 4.0}
"""How long an interruption of what is found may be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that has lasted long enough, or still does (`LASTS`), or is over (`ENDS`)."""

    rule: VisionRule
    rule_id: int
    mode: Mode
    turn: Turn
    at: datetime
    score: float
    threshold: float
    value: float | None
    boxes: tuple[SeenBox, ...] = ()


@dataclass(slots=True)
class WatchedRule:
    """One rule on one camera, with what its judge and its persistence remember."""

    rules: RuleSet
    judge: Judge
    persistence: Persistence
    best: float = field(default=0.0)

    @classmethod
    def of(cls, rules: RuleSet, registered: Colours | None = None) -> "WatchedRule":
        seconds = rules.params.get("seconds", 5.0)
        persistence = Persistence(seconds, gap_seconds=PATIENCE.get(rules.rule, 1.0))
        return cls(rules, judge_of(rules, registered), persistence)

    def look(self, look: Look, periods: frozenset[Period]) -> Finding | None:
        """What this picture adds; outside its hours a rule starts from nothing."""
        if not is_due(self.rules.periods, periods):
            self.persistence.since = None
            return None
        found = self.judge.look(look)
        if found is None:
            return None
        is_so = found.is_so and found.score >= self.rules.threshold
        turn = self.persistence.feed(look.seconds, is_so)
        if turn is Turn.NOTHING:
            return None
        return Finding(
            *(self.rules.rule, self.rules.id, mode_now(self.rules.mode, self.rules.is_muted), turn, look.at),
            *(found.score, self.rules.threshold, found.value, tuple(found.boxes)),
        )


def judge_of(rules: RuleSet, registered: Colours | None) -> Judge:
    zone, threshold = Zone(rules.corners), rules.threshold
    match rules.rule:
        case VisionRule.CROWDING:
            return Crowding(zone, rules.params["people"], threshold)
        case VisionRule.ROUTE_BLOCKED:
            return BlockedRoute(zone, rules.params["share"])
        case VisionRule.EQUIPMENT_MISSING:
            return Equipment(zone, threshold, registered)
        case VisionRule.DESK_UNATTENDED:
            return Desk(zone, threshold)
        case VisionRule.SMOKING:
            return Hint(zone, ("cigarette",), threshold)
        case VisionRule.FLAME:
            return Hint(zone, ("flame", "smoke"), threshold)
