"""Faces by three small networks in a row (MTCNN): every size is looked for, each next network throws out and mends.

Weights are those of facenet-pytorch. Used to find what is to be blurred: thresholds are low, since a face too many is
harmless and a face missed is seen.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from vision.detections import Detections, Floats, overlaps
from vision.frames import Colours

CLASSES = ("face",)
FIELD = 12
"""Dots that the first network sees at once."""
LEAST_FACE = 14
FACTOR = 0.75
THRESHOLDS = (0.55, 0.55, 0.5)
WIDEST = 1280
MOST = 400
"""Candidates a picture that the second network is asked for."""


class Mtcnn:
    """A `Detector` with one class."""

    name: str
    classes = CLASSES
    input_size = None

    def __init__(self, name: str, weights: Mapping[str, Tensor], device: str = "cpu") -> None:
        self.name = name
        self._device = device
        self._weights = {key: value.to(device) for key, value in weights.items()}

    @torch.inference_mode()
    def detect(self, pictures: Sequence[Colours]) -> list[Detections]:
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Colours) -> Detections:
        height, width = picture.shape[:2]
        whole = torch.tensor(picture).to(self._device).permute(2, 0, 1)[None].float()
        if width > WIDEST:
            whole = _scaled(whole, (round(height * WIDEST / width), WIDEST))
        boxes = _square(self._candidates(whole))
        boxes, scores = self._mended(whole, boxes, "rnet", 24, THRESHOLDS[1])
        boxes, scores = self._mended(whole, _square(boxes), "onet", 48, THRESHOLDS[2])
        sides = torch.tensor([whole.shape[3], whole.shape[2]] * 2, device=self._device)
        shares = (boxes / sides).clamp(0, 1).cpu().numpy().astype(np.float32)
        found: NDArray[np.float32] = scores.cpu().numpy().astype(np.float32)
        return Detections(shares, found, np.zeros(len(found), np.int64), CLASSES)

    def _candidates(self, whole: Tensor) -> Tensor:
        """Boxes (n, 4) in dots from the first network, over a pyramid of sizes."""
        height, width = whole.shape[2:]
        found, sure = [], []
        scale = FIELD / LEAST_FACE
        while min(height, width) * scale >= FIELD:
            boxes, scores = self._at(whole, scale)
            kept = nms(boxes, scores, 0.5)
            found.append(boxes[kept])
            sure.append(scores[kept])
            scale *= FACTOR
        if not found:
            return torch.zeros((0, 4), device=self._device)
        boxes, scores = torch.cat(found), torch.cat(sure)
        return boxes[nms(boxes, scores, 0.7)[:MOST]]

    def _at(self, whole: Tensor, scale: float) -> tuple[Tensor, Tensor]:
        small = _scaled(whole, (int(whole.shape[2] * scale + 1), int(whole.shape[3] * scale + 1)))
        x = _even(small)
        x = functional.max_pool2d(self._conv(x, "pnet", 1), 2, 2, ceil_mode=True)
        x = self._conv(self._conv(x, "pnet", 2), "pnet", 3)
        scores = functional.conv2d(x, *self._of("pnet.conv4_1")).softmax(1)[0, 1]
        moves = functional.conv2d(x, *self._of("pnet.conv4_2"))[0]
        rows, columns = torch.nonzero(scores >= THRESHOLDS[0], as_tuple=True)
        corner = torch.stack([columns, rows], 1).float() * 2
        near, far = torch.floor((corner + 1) / scale), torch.floor((corner + FIELD) / scale)
        side = (far - near).repeat(1, 2)
        return torch.cat([near, far], 1) + moves[:, rows, columns].T * side, scores[rows, columns]

    def _mended(self, whole: Tensor, boxes: Tensor, net: str, side: int, least: float) -> tuple[Tensor, Tensor]:
        """The boxes that the network believes, moved as it says."""
        parts, kept = _parts(whole, boxes, side)
        if not kept:
            return torch.zeros((0, 4), device=self._device), torch.zeros(0, device=self._device)
        boxes = boxes[kept]
        told, moves = self._rnet(_even(parts)) if net == "rnet" else self._onet(_even(parts))
        scores = told.softmax(1)[:, 1]
        sure = scores > least
        boxes, scores, moves = boxes[sure], scores[sure], moves[sure]
        boxes = boxes + moves * (boxes[:, 2:] - boxes[:, :2] + 1).repeat(1, 2)
        best = nms(boxes, scores, 0.7 if net == "rnet" else 0.4)
        return boxes[best], scores[best]

    def _rnet(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = functional.max_pool2d(self._conv(x, "rnet", 1), 3, 2, ceil_mode=True)
        x = functional.max_pool2d(self._conv(x, "rnet", 2), 3, 2, ceil_mode=True)
        x = self._conv(x, "rnet", 3).permute(0, 3, 2, 1).flatten(1)
        x = functional.prelu(functional.linear(x, *self._of("rnet.dense4")), self._weights["rnet.prelu4.weight"])
        return functional.linear(x, *self._of("rnet.dense5_1")), functional.linear(x, *self._of("rnet.dense5_2"))

    def _onet(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = functional.max_pool2d(self._conv(x, "onet", 1), 3, 2, ceil_mode=True)
        x = functional.max_pool2d(self._conv(x, "onet", 2), 3, 2, ceil_mode=True)
        x = functional.max_pool2d(self._conv(x, "onet", 3), 2, 2, ceil_mode=True)
        x = self._conv(x, "onet", 4).permute(0, 3, 2, 1).flatten(1)
        x = functional.prelu(functional.linear(x, *self._of("onet.dense5")), self._weights["onet.prelu5.weight"])
        return functional.linear(x, *self._of("onet.dense6_1")), functional.linear(x, *self._of("onet.dense6_2"))

    def _conv(self, x: Tensor, net: str, number: int) -> Tensor:
        return functional.prelu(
            functional.conv2d(x, *self._of(f"{net}.conv{number}")), self._weights[f"{net}.prelu{number}.weight"]
        )

    def _of(self, layer: str) -> tuple[Tensor, Tensor]:
        return self._weights[f"{layer}.weight"], self._weights[f"{layer}.bias"]


BEFORE = 1500


def nms(boxes: Tensor, scores: Tensor, most_overlap: float) -> Tensor:
    """Numbers of the boxes that stay, best first."""
    order = np.argsort(-scores.cpu().numpy(), kind="stable")[:BEFORE]
    found: Floats = boxes.cpu().numpy().astype(np.float32)[order]
    crossed = overlaps(found, found) > most_overlap
    gone = np.zeros(len(order), bool)
    kept = []
    for n in range(len(order)):
        if not gone[n]:
            kept.append(int(order[n]))
            gone |= crossed[n]
    return torch.tensor(kept, dtype=torch.long, device=boxes.device)


def _even(x: Tensor) -> Tensor:
    return (x - 127.5) / 128


def _scaled(x: Tensor, size: tuple[int, int]) -> Tensor:
    return functional.interpolate(x, size=size, mode="area")


def _square(boxes: Tensor) -> Tensor:
    """About the same middle, as long as the longer side."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).amax(1, keepdim=True) / 2 if len(boxes) else boxes[:, :1]
    return torch.cat([middle - half, middle + half], 1)


def _parts(whole: Tensor, boxes: Tensor, side: int) -> tuple[Tensor, list[int]]:
    """What lies in the boxes, scaled (n, 3, side, side), and which boxes hold anything."""
    height, width = whole.shape[2:]
    parts, kept = [], []
    for n, (left, top, right, bottom) in enumerate(boxes.floor().int().tolist()):
        left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
        if right - left >= 2 and bottom - top >= 2:
            parts.append(_scaled(whole[:, :, top:bottom, left:right], (side, side)))
            kept.append(n)
    return (torch.cat(parts) if parts else whole[:0, :, :side, :side]), kept
