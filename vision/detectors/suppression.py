"""Of many boxes around one thing, the best."""

import numpy as np
from numpy.typing import NDArray

from vision.detections import Floats, Ints, overlaps

MOST_OVERLAP = 0.55
BEFORE = 400


def suppress(
    boxes: Floats, scores: Floats, labels: NDArray[np.intp] | Ints, together: NDArray[np.bool_], *, most: int
) -> NDArray[np.intp]:
    """Numbers of those that stay, best first; classes marked in `together` suppress one another too."""
    order = np.argsort(-scores, kind="stable")[:BEFORE]
    group = np.where(together[labels], -1, labels)
    crossed = overlaps(boxes[order], boxes[order]) > MOST_OVERLAP
    crossed &= group[order][:, None] == group[order][None, :]
    gone = np.zeros(len(order), bool)
    kept: list[int] = []
    for n in range(len(order)):
        if gone[n]:
            continue
        kept.append(n)
        if len(kept) == most:
            break
        gone |= crossed[n]
    return np.asarray(order[kept], np.intp)
