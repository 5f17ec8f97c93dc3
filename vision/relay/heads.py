"""Who looks for heads in what the relay shows: the models that the workers have, where they are installed."""

from functools import cache
from importlib.util import find_spec

from db.settings import Settings
from vision.detectors.protocol import Detector
from vision.relay.masker import Looks
from vision.weights.store import WeightStore

FACE_WIDTH = 480
"""A look takes 0.14 s on one core, twice a second for a live picture; smaller faces go with their person's head."""


def heads_of(settings: Settings) -> Looks | None:
    """Models are read when the first picture asks for them; None without the libraries of the vision extra."""
    if not all(find_spec(name) for name in ("av", "torch", "torchvision")):
        return None
    from vision.heads import FACES, Heads

    store = WeightStore.of(settings)

    @cache
    def loaded(model: str) -> Detector:
        from vision.detectors.loading import load

        return load(model, store)

    return Heads(lambda: loaded(settings.vision_model), lambda: loaded(FACES), FACE_WIDTH).of
