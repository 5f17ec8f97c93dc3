"""What a page's scripts keep in memory."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession

OF_THE_BROWSER = ("code", "native")
"""Kinds of heap nodes that no script holds: what the engine compiles as a function gets hot and drops as it gets cold
(a third of the heap), and what the browser keeps outside the scripts' heap."""


def kept_bytes(cdp: CDPSession) -> int:
    """Objects, arrays, strings and closures that are reachable, by a snapshot of the heap (format: Chrome DevTools)."""
    parts: list[str] = []
    keep: Callable[[dict[str, Any]], None] = lambda event: parts.append(event["chunk"])  # noqa: E731
    cdp.on("HeapProfiler.addHeapSnapshotChunk", keep)
    cdp.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    cdp.remove_listener("HeapProfiler.addHeapSnapshotChunk", keep)
    snapshot = json.loads("".join(parts))
    meta, nodes = snapshot["snapshot"]["meta"], snapshot["nodes"]
    fields, kinds = meta["node_fields"], meta["node_types"][0]
    left_out = {kinds.index(each) for each in OF_THE_BROWSER}
    of, size, width = fields.index("type"), fields.index("self_size"), len(fields)
    return sum(nodes[i + size] for i in range(0, len(nodes), width) if nodes[i + of] not in left_out)
