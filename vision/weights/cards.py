"""Model cards as data: one TOML file a model."""

import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from db.errors import NotFound
from vision.detectors.coco import COCO_80

FOLDER = Path(__file__).with_name("card_files")


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure, with the set it was measured on: its size, and where it is from."""

    metric: str
    value: float
    test_set: str
    size: str
    origin: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is, and what it is worth."""

    name: str
    architecture: str
    file: str
    sha256: str
    """Of its weights; the first eight digits where the authors publish no more."""
    classes: tuple[str, ...]
    licence: str
    source: str
    trained_on: str
    is_synthetic: bool
    """Trained on rendered scenes alone; wherever it shows it is called so."""
    note: str
    trunk: str | None = None
    """The model whose trunk it stands on, where it brings a head of its own alone."""
    measured: tuple[Measured, ...] = ()

    def words(self) -> set[str]:
        """What pages say of it in the reader's language."""
        said = {self.trained_on, self.note} | {w for m in self.measured for w in (m.metric, m.test_set, m.size)}
        return said - {""}

    def as_record(self) -> dict[str, Any]:
        """For the register, and for pages that show it."""
        return asdict(self)


def cards(folder: Path = FOLDER) -> dict[str, Card]:
    """Every card, by the model's name."""
    return {card.name: card for card in map(read, sorted(folder.glob("*.toml")))}


def card(name: str) -> Card:
    """One card; `NotFound` names those that there are."""
    known = cards()
    if name not in known:
        raise NotFound("There is no model {name}; there are: {known}.", name=name, known=", ".join(known))
    return known[name]


def read(path: Path) -> Card:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    classes = told.pop("classes")
    measured = tuple(Measured(**each) for each in told.pop("measured", ()))
    return Card(classes=COCO_80 if classes == "coco-80" else tuple(classes), measured=measured, **told)
