"""Cameras that show rendered films, and the model that comes with the project."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from db.commands import cameras
from db.commands.actor import Actor
from db.commands.cameras import NewRule, NewStream
from db.evidence.store import EvidenceStore
from db.rules.access_scope import EVERYTHING
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import TestRecord
from vision.detectors.loading import load
from vision.detectors.protocol import Detector
from vision.training import films
from vision.training.films import Film
from vision.weights.store import WeightStore


@dataclass(frozen=True)
class Site:
    """A venue with cameras, the record they are on, and its evidence folder."""

    made: TestRecord
    owner: Connection
    venue: MadeVenue
    store: EvidenceStore
    actor: Actor

    def camera(self, stream: NewStream, *rules: NewRule) -> int:
        """A camera with this stream and these rules; zones are the whole picture."""
        device_id, _code = factories.device(self.owner, self.venue, "camera")
        now = datetime.now(UTC)
        with self.made.record.scoped(EVERYTHING) as session:
            cameras.connect(session, device_id, stream, self.actor, now)
            whole = [[0, 0], [1, 0], [1, 1], [0, 1]]
            zone = cameras.draw_zone(session, device_id, "全图", whole, self.actor, now)
            for rule in rules:
                placed = NewRule(rule.rule, zone, rule.mode, rule.periods, rule.threshold, rule.params)
                cameras.add_rule(session, device_id, placed, self.actor, now)
        return device_id


@pytest.fixture
def site(empty_record: TestRecord, tmp_path: Path) -> Iterator[Site]:
    engine = create_engine(empty_record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as owner:
        venue = factories.venue(owner)
        actor = Actor(factories.person(owner), "测试员", "::1")
        yield Site(empty_record, owner, venue, EvidenceStore(tmp_path / "evidence"), actor)
    engine.dispose()


@pytest.fixture(scope="session")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return load("nanodet-g", WeightStore("", tmp_path_factory.mktemp("weights")))


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Film], Path]:
    """A film as a file, rendered once."""
    folder = tmp_path_factory.mktemp("films")

    def write(film: Film) -> Path:
        path = folder / f"{film.name.replace(' ', '-')}-{film.seconds:g}.mp4"
        if not path.exists():
            film.write(path, fps=5)
        return path

    return write


@pytest.fixture(scope="session")
def crowd(shown: Callable[[Film], Path]) -> tuple[Film, Path]:
    """Five people after two seconds."""
    film = films.crowd(1, (480, 270), people=3, seconds=9.0, begins=1.0)
    return film, shown(film)
