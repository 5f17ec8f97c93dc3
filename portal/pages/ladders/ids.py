"""Names of this page's parts."""

BODY = "ladders-body"
RUNG = "ladder-rung"
SAVE = "ladder-save"
REFUSAL = "ladder-refusal"
PROMISE = "ladder-promise"
BEFORE = "ladder-before"
NAME = "ladder-name"
CATEGORY = "ladder-category"
KIND = "ladder-kind"
LEVEL = "ladder-level"


def rung(number: int, field: str) -> dict[str, object]:
    """A field of one line of the form."""
    return {"type": RUNG, "field": field, "line": number}
