"""torchvision, beside a torch for processors too.

The registry's torchvision is linked to CUDA. Where its compiled part cannot be loaded, the one operator that
detection needs is given in torch itself, before the first import; where it loads, this steps aside.
"""

from functools import cache
from typing import Any

import torch
from torch import Tensor


@cache
def detection() -> Any:
    """`torchvision.models.detection`."""
    if not _is_compiled_part_there():
        _stand_in()
    import torchvision.models.detection as found

    if not _is_compiled_part_there():
        import torchvision.ops.boxes as boxes

        boxes._assert_has_ops = lambda: None
    return found


@cache
def _is_compiled_part_there() -> bool:
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("torchvision")
    for folder in spec.submodule_search_locations or [] if spec else []:
        try:
            torch.ops.load_library(f"{folder}/_C.so")
        except (OSError, RuntimeError):
            return False
    return hasattr(torch.ops.torchvision, "nms")


_LIBRARIES: list[Any] = []
"""Their definitions last as long as they do."""


def _stand_in() -> None:
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", suppress, "CPU")
    library.impl("nms", suppress, "CUDA")
    _LIBRARIES.append(library)


def suppress(boxes: Tensor, scores: Tensor, most: float) -> Tensor:
    """As torchvision's nms: numbers of the boxes that stay, best first."""
    order = scores.argsort(descending=True, stable=True)
    chosen = boxes[order]
    area = (chosen[:, 2] - chosen[:, 0]) * (chosen[:, 3] - chosen[:, 1])
    corner = torch.maximum(chosen[:, None, :2], chosen[None, :, :2])
    far = torch.minimum(chosen[:, None, 2:], chosen[None, :, 2:])
    shared = (far - corner).clamp(min=0).prod(-1)
    crossed = (shared / (area[:, None] + area[None, :] - shared) > most).cpu()
    gone = torch.zeros(len(order), dtype=torch.bool)
    kept = []
    for n in range(len(order)):
        if not gone[n]:
            kept.append(n)
            gone |= crossed[n]
    return order[torch.tensor(kept, dtype=torch.long, device=order.device)]
