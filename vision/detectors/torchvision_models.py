"""torchvision's detectors, by the architecture's name."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from vision.detections import Detections
from vision.detectors.coco import CATEGORY_NUMBERS, COCO_80
from vision.detectors.torchvision_library import detection
from vision.frames import Colours

ARCHITECTURES = (
    *("ssdlite320_mobilenet_v3_large", "ssd300_vgg16", "fasterrcnn_mobilenet_v3_large_320_fpn"),
    *("fasterrcnn_mobilenet_v3_large_fpn", "fasterrcnn_resnet50_fpn", "fasterrcnn_resnet50_fpn_v2"),
    *("retinanet_resnet50_fpn", "retinanet_resnet50_fpn_v2", "fcos_resnet50_fpn"),
)
KEEP_SCORE = 0.2
COCO_NUMBERS = 91
"""torchvision's answers count COCO's numbers with their gaps; 0 is the background."""


class TorchvisionDetector:
    """One of `ARCHITECTURES` with its weights."""

    input_size = None

    def __init__(
        self,
        name: str,
        architecture: str,
        classes: tuple[str, ...],
        weights: Mapping[str, Tensor],
        device: torch.device | str = "cpu",
    ) -> None:
        self.name, self.classes, self.device = name, classes, torch.device(device)
        is_coco = classes == COCO_80
        self._numbers = CATEGORY_NUMBERS if is_coco else tuple(range(1, len(classes) + 1))
        self.network = built(architecture, COCO_NUMBERS if is_coco else len(classes) + 1)
        self.network.load_state_dict(dict(weights))
        self.network.eval().to(self.device)

    @torch.inference_mode()
    def detect(self, pictures: Sequence[Colours]) -> list[Detections]:
        if not pictures:
            return []
        tensors = [torch.from_numpy(np.ascontiguousarray(each)).to(self.device) for each in pictures]
        answers = self.network([each.permute(2, 0, 1).float() / 255 for each in tensors])
        return [self._one(answer, picture) for answer, picture in zip(answers, pictures, strict=True)]

    def _one(self, answer: Mapping[str, Tensor], picture: Colours) -> Detections:
        height, width = picture.shape[:2]
        scores, numbers = answer["scores"].cpu().numpy(), answer["labels"].cpu().numpy()
        known = np.isin(numbers, self._numbers) & (scores >= KEEP_SCORE)
        boxes = answer["boxes"].cpu().numpy()[known] / np.array([width, height, width, height], np.float32)
        labels = np.searchsorted(self._numbers, numbers[known]).astype(np.int64)
        return Detections(np.clip(boxes, 0, 1).astype(np.float32), scores[known], labels, self.classes)


def built(architecture: str, numbers: int) -> torch.nn.Module:
    """The network without weights; nothing is fetched from anywhere."""
    if architecture not in ARCHITECTURES:
        raise ValueError(f"no architecture {architecture}")
    make = getattr(detection(), architecture)
    network: torch.nn.Module = make(weights=None, weights_backbone=None, num_classes=numbers)
    return network
