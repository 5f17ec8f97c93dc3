"""From a model's card to a detector."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from vision.detectors.mtcnn import Mtcnn
from vision.detectors.nanodet import NanoDet
from vision.detectors.protocol import Detector
from vision.detectors.torchvision_models import TorchvisionDetector
from vision.weights.cards import Card, card
from vision.weights.store import WeightStore, arrays

VEHICLES = ("car", "truck", "bus", "train")
"""One van comes out as several of these."""


THREADS = 1
"""A worker computes on one core: several workers share a machine's cores better than their threads would."""


def load(name: str, store: WeightStore, device: str = "cpu") -> Detector:
    """The detector of this name; `NotFound` or `CannotStart` where its weights are not here or are others."""
    if device == "cpu":
        torch.set_num_threads(THREADS)
    its = card(name)
    if its.architecture == "nanodet-g":
        weights = _tensors(arrays(store.find(its)))
        if its.trunk is not None:
            below = _tensors(arrays(store.find(card(its.trunk))))
            weights |= {key: value for key, value in below.items() if key.startswith("trunk.")}
        return NanoDet(its.name, its.classes, weights, device, exclusive=VEHICLES)
    if its.architecture == "mtcnn":
        return Mtcnn(its.name, _tensors(arrays(store.find(its))), device)
    return TorchvisionDetector(its.name, its.architecture, its.classes, _checkpoint(its, store), device)


def chosen_device(wanted: str) -> str:
    """`auto`: an accelerator where there is one."""
    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def _tensors(found: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    return {key: torch.from_numpy(np.asarray(value, np.float32)) for key, value in found.items()}


def _checkpoint(its: Card, store: WeightStore) -> dict[str, torch.Tensor]:
    path = store.find(its)
    if path.suffix == ".npz":
        return {key: torch.from_numpy(value) for key, value in arrays(path).items()}
    found: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return found
