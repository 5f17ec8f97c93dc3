"""What the address of the hazards' desk says, and addresses for other views of it."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from db.queries.hazards import SHOWS, HazardFilters
from db.rules.access_scope import Role
from db.rules.hazard_kinds import Grade, HazardKind, Source
from portal import asking
from portal.address import number_of
from portal.asking import Asker

DEFAULT_SHOW = "open"
PATH = "/hazards"


@dataclass(frozen=True, slots=True)
class View:
    """The address in parts; what is no choice of ours falls back to the usual."""

    show: str = DEFAULT_SHOW
    grade: str | None = None
    source: str | None = None
    kind: str | None = None
    region: int | None = None
    venue: int | None = None
    q: str = ""

    @classmethod
    def of(cls, parts: dict[str, str]) -> "View":
        return cls(
            parts.get("show", "") if parts.get("show") in (*SHOWS, "names") else DEFAULT_SHOW,
            _one_of(parts.get("grade"), Grade),
            _one_of(parts.get("source"), Source),
            _one_of(parts.get("kind"), HazardKind),
            _code(parts.get("region")),
            _code(parts.get("venue")),
            parts.get("q", "").strip()[:100],
        )

    def filters(self, asker: Asker, sort: str = "", is_descending: bool = False) -> HazardFilters:
        show = "overdue" if self.show == "names" else self.show
        return HazardFilters(
            *(show, asker.role, self.grade, self.source, self.kind, self.region, self.venue, self.q),
            *(sort, is_descending, asker.scope),
        )

    def query(self, **changed: object) -> str:
        """The same view with something changed, as the query of an address."""
        view = replace(self, **changed)  # type: ignore[arg-type]
        parts = {name: getattr(view, name) for name in View.__slots__}
        return urlencode({k: v for k, v in parts.items() if v not in (None, "") and (k, v) != ("show", DEFAULT_SHOW)})

    def href(self, **changed: object) -> str:
        query = self.query(**changed)
        return f"{PATH}?{query}" if query else PATH


def view_of(parts: dict[str, str]) -> View:
    """As `View.of`; whoever works on site begins with what waits for them."""
    if "show" not in parts and asking.current().role in (Role.VENUE, Role.MAINTAINER):
        parts = {**parts, "show": "mine"}
    return View.of(parts)


def _one_of(text: str | None, kinds: type[Grade] | type[Source] | type[HazardKind]) -> str | None:
    return text if text in list(kinds) else None


def _code(text: str | None) -> int | None:
    number = number_of(text)
    return number if number is not None and number < 2**31 else None
