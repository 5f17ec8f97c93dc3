"""Who acts, in which role, and from where."""

from dataclasses import dataclass

from db.rules.access_scope import Role


@dataclass(frozen=True, slots=True)
class Acting:
    """A person in one of their roles; a program has neither number nor role."""

    person_id: int | None
    name: str
    role: Role | None
    address: str | None = None
