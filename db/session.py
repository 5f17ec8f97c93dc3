"""Sessions on the record, each bound to a scope that the database itself enforces."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from db.addresses import DOOR_ROLE
from db.rules.access_scope import Scope

_SET_SCOPE = text(
    "select set_config('anwang.county_lo', :lo, true), set_config('anwang.county_hi', :hi, true),"
    " set_config('anwang.venue_ids', :venues, true), set_config('anwang.person_id', :person, true)"
)

_AFTER_COMMIT = "after_commit"


class Record:
    """The application's way to the database. One per process; sessions are short and never shared."""

    def __init__(self, app_url: URL, *, pool_size: int = 10, application_name: str = "anwang") -> None:
        self.engine: Engine = create_engine(
            app_url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={
                "application_name": application_name,
                "connect_timeout": 5,
                "options": "-c timezone=Asia/Shanghai",
            },
        )

    @contextmanager
    def scoped(self, scope: Scope, person_id: int | None = None) -> Iterator[Session]:
        """One transaction that sees and writes only rows within `scope`; commits at the end, or rolls back.

        What belongs to a person wherever they are, like their telephone, is theirs where `person_id` names them.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.execute(
                _SET_SCOPE,
                {
                    "lo": str(scope.county_lo),
                    "hi": str(scope.county_hi),
                    "venues": "{" + ",".join(map(str, scope.venue_ids)) + "}",
                    "person": "" if person_id is None else str(person_id),
                },
            )
            yield session

    @contextmanager
    def door(self) -> Iterator[Session]:
        """One transaction of the front door: accounts and sessions, and no venue data at all."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.execute(text(f"set local role {DOOR_ROLE}"))
            yield session

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def without_nested_loops(session: Session) -> Iterator[None]:
    """Within this block rows are joined by hashing.

    The planner takes a policy's scope for narrow, and would look through a table for each of a province's rows.
    """
    switch = text("select set_config('enable_nestloop', :how, true)")
    session.execute(switch, {"how": "off"})
    yield
    session.execute(switch, {"how": "on"})


def after_commit(session: Session, act: Callable[[], object]) -> None:
    """Let `act` happen once the transaction is safe; it is forgotten on rollback."""
    session.info.setdefault(_AFTER_COMMIT, []).append(act)


@event.listens_for(Session, "after_commit")
def _leave(session: Session) -> None:
    for act in session.info.pop(_AFTER_COMMIT, []):
        act()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_AFTER_COMMIT, None)
