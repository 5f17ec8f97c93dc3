"""NanoDet-g in torch: a small one-stage detector for ordinary processors (Apache-2.0, RangiLyu/nanodet).

The convolutions carry their normalisation already, as the published weights do. Input 416 × 416, or the part of it that
holds the picture; three strides; for each place a score per class and, for each side, eleven bins whose mean is the
distance to it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from vision.detections import Detections
from vision.detectors.suppression import suppress
from vision.frames import Colours

SIDE = 416
STRIDES = (8, 16, 32)
BINS = 11
MEAN = (103.53, 116.28, 123.675)
DEVIATION = (57.375, 57.12, 58.395)
CHANNELS = 128
KEEP_SCORE = 0.2
MOST = 120


class Block(nn.Module):
    """A convolution and what follows it."""

    def __init__(self, before: int, after: int, kernel: int, stride: int = 1, *, is_linear: bool = False) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(before, after, kernel, stride, kernel // 2)
        self.is_linear = is_linear

    def forward(self, x: Tensor) -> Tensor:
        x = self.convolution(x)
        return x if self.is_linear else functional.leaky_relu(x, 0.1)


class Residual(nn.Module):
    """Half of the channels, and what another convolution makes of them, side by side."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = Block(channels, channels // 2, 3)
        self.second = Block(channels // 2, channels // 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        return torch.cat((self.second(x), x), 1)


class Stage(nn.Module):
    """A stage of the backbone: twice as many channels come out."""

    def __init__(self, channels: int, blocks: int, stride: int) -> None:
        super().__init__()
        self.entry = Block(channels, channels, 3, stride)
        self.residuals = nn.Sequential(*(Residual(channels) for _ in range(blocks)))
        self.exit = Block(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.entry(x)
        return torch.cat((self.exit(self.residuals(x)), x), 1)


class Trunk(nn.Module):
    """Backbone and pyramid: three maps of 128 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Block(3, 32, 3, 2)
        self.stages = nn.ModuleList((Stage(32, 1, 1), Stage(64, 2, 2), Stage(128, 2, 2), Stage(256, 3, 2)))
        self.lateral = nn.ModuleList(Block(before, CHANNELS, 1, is_linear=True) for before in (128, 256, 512))

    def forward(self, x: Tensor) -> list[Tensor]:
        x = functional.max_pool2d(self.stem(x), 3, 2, 1)
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        near, middle, far = (lateral(each) for lateral, each in zip(self.lateral, found[1:], strict=True))
        middle = middle + functional.interpolate(far, scale_factor=2, mode="bilinear")
        near = near + functional.interpolate(middle, scale_factor=2, mode="bilinear")
        middle = middle + functional.interpolate(near, scale_factor=0.5, mode="bilinear")
        far = far + functional.interpolate(middle, scale_factor=0.5, mode="bilinear")
        return [near, middle, far]


class Head(nn.Module):
    """For each stride a convolution, then scores (n, places, classes), no sigmoid yet, and bins (n, places, 4, 11)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.towers = nn.ModuleList(Block(CHANNELS, CHANNELS, 3) for _ in STRIDES)
        self.answers = nn.ModuleList(Block(CHANNELS, classes + 4 * BINS, 1, is_linear=True) for _ in STRIDES)

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, Tensor]:
        said = [
            answer(tower(each)).flatten(2).transpose(1, 2)
            for tower, answer, each in zip(self.towers, self.answers, maps, strict=True)
        ]
        joined = torch.cat(said, 1)
        return joined[..., : self.classes], joined[..., self.classes :].unflatten(-1, (4, BINS))


class Network(nn.Module):
    """Trunk and head together."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.head = Head(classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        scores, bins = self.head(self.trunk(x))
        return scores, bins

    def ordered(self) -> list[nn.Conv2d]:
        """The convolutions in the order of the published graph."""
        trunk = [each for each in self.trunk.modules() if isinstance(each, nn.Conv2d)]
        head = [
            block.convolution
            for pair in zip(self.head.towers, self.head.answers, strict=True)
            for block in pair
            if isinstance(block, Block)
        ]
        return trunk + head


def places(width: int = SIDE, height: int = SIDE) -> tuple[Tensor, Tensor]:
    """Middle of every place in dots (places, 2), and its stride (places,)."""
    middles, strides = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
        middles.append((torch.stack((x, y), -1).reshape(-1, 2).float() + 0.5) * stride)
        strides.append(torch.full((x.numel(),), float(stride)))
    return torch.cat(middles), torch.cat(strides)


def corners(bins: Tensor, middles: Tensor, strides: Tensor) -> Tensor:
    """Boxes in dots (…, 4) out of the bins of each side (…, 4, bins)."""
    steps = torch.arange(BINS, dtype=bins.dtype, device=bins.device)
    sides = (bins.softmax(-1) * steps).sum(-1) * strides[:, None]
    return torch.cat((middles - sides[..., :2], middles + sides[..., 2:]), -1)


def letterboxed(picture: Colours, side: int = SIDE) -> tuple[NDArray[np.uint8], float]:
    """The picture as large as fits at the top left of a square; answers the scale too."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if (height, width) != (round(height * scale), round(width * scale)):
        from PIL import Image

        size = (round(width * scale), round(height * scale))
        picture = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))
    square = np.zeros((side, side, 3), np.uint8)
    square[: picture.shape[0], : picture.shape[1]] = picture
    return square, scale


def worth_a_look(picture: Colours) -> tuple[int, int]:
    """Height and width of the part of the square that holds the picture, in steps of the widest stride."""
    scale, step = SIDE / max(picture.shape[:2]), STRIDES[-1]
    height, width = (min(SIDE, -(-round(length * scale) // step) * step) for length in picture.shape[:2])
    return max(height, step), max(width, step)


def prepared(squares: Sequence[NDArray[np.uint8]], device: torch.device) -> Tensor:
    """(n, 3, height, width), blue first, as the network was trained."""
    batch = torch.from_numpy(np.stack(squares)).to(device).permute(0, 3, 1, 2).float().flip(1)
    mean, deviation = (torch.tensor(each, device=device).view(1, 3, 1, 1) for each in (MEAN, DEVIATION))
    return ((batch - mean) / deviation).contiguous(memory_format=torch.channels_last)


class NanoDet:
    """The network with its weights, ready to detect."""

    input_size = (SIDE, SIDE)

    def __init__(
        self,
        name: str,
        classes: tuple[str, ...],
        weights: Mapping[str, Tensor],
        device: torch.device | str = "cpu",
        *,
        exclusive: tuple[str, ...] = (),
    ) -> None:
        self.name, self.classes, self.device = name, classes, torch.device(device)
        network = Network(len(classes))
        network.load_state_dict(dict(weights))
        self.network = network.eval().to(self.device, memory_format=torch.channels_last)
        self._places: dict[tuple[int, int], tuple[Tensor, Tensor]] = {}
        self._exclusive = np.isin(classes, exclusive)

    @torch.inference_mode()
    def detect(self, pictures: Sequence[Colours]) -> list[Detections]:
        """Pictures of one shape go through together; what else is in the round changes nothing for a picture."""
        found: dict[int, Detections] = {}
        shapes: dict[tuple[int, int], list[int]] = {}
        for n, picture in enumerate(pictures):
            shapes.setdefault(worth_a_look(picture), []).append(n)
        for shape, numbers in shapes.items():
            found |= zip(numbers, self._alike([pictures[n] for n in numbers], *shape), strict=True)
        return [found[n] for n in range(len(pictures))]

    def _alike(self, pictures: Sequence[Colours], height: int, width: int) -> list[Detections]:
        squares = [letterboxed(picture) for picture in pictures]
        batch = prepared([square[:height, :width] for square, _scale in squares], self.device)
        scores, bins = self.network(batch)
        boxes = corners(bins, *self._middles_of(width, height)).cpu().numpy()
        found = scores.sigmoid().cpu().numpy()
        return [
            self._one(found[n], boxes[n], scale, picture.shape[1], picture.shape[0])
            for n, ((_square, scale), picture) in enumerate(zip(squares, pictures, strict=True))
        ]

    def _middles_of(self, width: int, height: int) -> tuple[Tensor, Tensor]:
        if (width, height) not in self._places:
            middles, strides = places(width, height)
            self._places[width, height] = (middles.to(self.device), strides.to(self.device))
        return self._places[width, height]

    def _one(
        self, scores: NDArray[np.float32], boxes: NDArray[np.float32], scale: float, width: int, height: int
    ) -> Detections:
        place, label = np.nonzero(scores >= KEEP_SCORE)
        chosen = boxes[place] / (scale * np.array([width, height, width, height], np.float32))
        chosen = np.clip(chosen, 0, 1).astype(np.float32)
        kept = suppress(chosen, scores[place, label], label, self._exclusive, most=MOST)
        found = Detections(chosen[kept], scores[place, label][kept], label[kept].astype(np.int64), self.classes)
        return found.only(found.areas > 0)
