"""Reading a TensorFlow.js graph: its convolutions' weights and biases, in the order in which the graph names them.

`python -m vision.weights.tfjs nanodet.json nanodet-g.npz` writes NanoDet-g's weights as the project keeps them.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DTYPES = {"float32": np.float32, "int32": np.int32, "float16": np.float16, "int64": np.int64, "bool": np.bool_}
Array = NDArray[Any]


def convolutions(model: Path) -> list[tuple[Array, Array]]:
    """Each convolution's weights (out, in, height, width) and bias (out,), by its number in the graph."""
    graph = json.loads(model.read_text(encoding="utf-8"))
    arrays = _arrays(graph, model.parent)
    nodes = graph["modelTopology"]["node"]
    added = {node["input"][0]: node["input"][1] for node in nodes if node["op"] == "Add"}
    found = []
    for node in nodes:
        if node["op"] == "Conv2D":
            number = int((re.findall(r"convolution_(\d+)$", node["name"]) or ["0"])[0])
            weights = np.transpose(arrays[node["input"][1]], (3, 2, 0, 1))
            found.append((number, np.ascontiguousarray(weights), arrays[added[node["name"]]].reshape(-1)))
    return [(weights, bias) for _number, weights, bias in sorted(found, key=lambda each: each[0])]


def _arrays(graph: dict[str, Any], folder: Path) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for group in graph["weightsManifest"]:
        content = b"".join((folder / path).read_bytes() for path in group["paths"])
        at = 0
        for entry in group["weights"]:
            stored = entry.get("quantization", {}).get("dtype", entry["dtype"])
            dtype = np.dtype(DTYPES[stored])
            n = int(np.prod(entry["shape"], dtype=np.int64))
            values = np.frombuffer(content, dtype, n, at).reshape(entry["shape"])
            at += n * dtype.itemsize
            found[entry["name"]] = values.astype(DTYPES[entry["dtype"]])
    return found


def write_nanodet(model: Path, target: Path) -> None:
    """NanoDet-g's weights by the names of our network, as 16-bit numbers."""
    from vision.detectors.coco import COCO_80
    from vision.detectors.nanodet import Network

    network = Network(len(COCO_80))
    ours = {id(module): name for name, module in network.named_modules()}
    found: dict[str, Any] = {}
    for (weights, bias), module in zip(convolutions(model), network.ordered(), strict=True):
        found[f"{ours[id(module)]}.weight"] = weights.astype(np.float16)
        found[f"{ours[id(module)]}.bias"] = bias.astype(np.float16)
    np.savez(target, **found)


if __name__ == "__main__":
    write_nanodet(Path(sys.argv[1]), Path(sys.argv[2]))
