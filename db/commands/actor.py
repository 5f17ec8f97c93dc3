"""Who acts."""

from dataclasses import dataclass

from db.rules.access_scope import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, from where, and in which role; without a role the record asks for none (the command line)."""

    person_id: int
    name: str
    address: str
    role: Role | None = None
