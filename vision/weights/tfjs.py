"""Reading a TensorFlow.js graph: its convolutions' weights and biases, in the order in which the graph names them."""

import json
import re
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
