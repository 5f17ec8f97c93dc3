"""What people found wrong, as training data."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from db.errors import InvalidInput, NotFound
from db.evidence.sniffing import JPEG
from db.evidence.store import EvidenceStore
from db.queries.vision_verdicts import Refusal

ANNOTATIONS = "annotations.json"


def export(refusals: Sequence[Refusal], store: EvidenceStore, folder: Path) -> int:
    """A COCO data set: each picture once, with what was wrongly seen in it as annotations named `not …`.

    COCO has no word for "nothing is here": each box says which class it is not, by which rule, and with which score.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput("{folder} is not empty.", folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    images: dict[bytes, dict[str, Any]] = {}
    categories: dict[str, int] = {}
    annotations: list[dict[str, Any]] = []
    for refusal in refusals:
        image = images.get(refusal.sha256) or _image(refusal, store, folder, len(images) + 1)
        if image is None:
            continue
        images[refusal.sha256] = image
        for box in refusal.boxes:
            category = categories.setdefault(f"not {box['name']}", len(categories) + 1)
            annotations.append(_annotation(refusal, box, image, category, len(annotations) + 1))
    told = {
        "info": {"description": "verdicts of cameras that people refused"},
        "images": list(images.values()),
        "annotations": annotations,
        "categories": [{"id": number, "name": name} for name, number in categories.items()],
    }
    (folder / ANNOTATIONS).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return len(images)


def _image(refusal: Refusal, store: EvidenceStore, folder: Path, number: int) -> dict[str, Any] | None:
    name = f"{refusal.sha256.hex()[:20]}.jpg"
    try:
        shutil.copyfile(_existing(store, refusal.sha256), folder / name)
    except NotFound:
        return None
    return {
        "id": number,
        "file_name": name,
        "width": refusal.width,
        "height": refusal.height,
        "camera": refusal.camera,
        "rule": refusal.rule,
        "cause": refusal.cause,
        "date_captured": refusal.observed_at.isoformat(),
    }


def _existing(store: EvidenceStore, digest: bytes) -> Path:
    place = store.path(digest, JPEG, "original")
    if not place.exists():
        raise NotFound("The file is not in this installation's evidence folder.")
    return place


def _annotation(
    refusal: Refusal, box: dict[str, Any], image: dict[str, Any], category: int, number: int
) -> dict[str, Any]:
    left, top, right, bottom = box["box"]
    sides = [
        round(part * side, 2)
        for part, side in zip(
            (left, top, right - left, bottom - top), (image["width"], image["height"]) * 2, strict=True
        )
    ]
    return {
        "id": number,
        "image_id": image["id"],
        "category_id": category,
        "bbox": sides,
        "iscrowd": 0,
        "area": round(sides[2] * sides[3], 2),
        "score": box["score"],
        "rule": refusal.rule,
        "model": refusal.model,
        "verdict": refusal.verdict_id,
    }
