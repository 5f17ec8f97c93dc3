"""What was found in a file, whichever kind it was."""

from dataclasses import dataclass, field
from typing import Any

from db.rules.plan import Plan, PlanSource
from db.rules.plan_checks import KnownArea, OnRecord, Refusal


@dataclass(slots=True)
class Found:
    """A plan as read, with every fault and every remark. A plan with faults is not recorded."""

    source: PlanSource
    plan: Plan = field(default_factory=Plan)
    faults: list[Refusal] = field(default_factory=list)
    remarks: list[Refusal] = field(default_factory=list)

    def fault(self, message: str, **facts: Any) -> None:
        self.faults.append(Refusal(message, facts))

    def remark(self, message: str, **facts: Any) -> None:
        self.remarks.append(Refusal(message, facts))


def area_called(known: OnRecord, level: int, name: str) -> KnownArea | None:
    """The controlled area of this name on this floor; None where there is none, or more than one."""
    plain = "".join(name.split()).lower()
    fitting = [a for a in known.areas.values() if a.floor == level and "".join(a.name.split()).lower() == plain]
    return fitting[0] if len(fitting) == 1 else None
