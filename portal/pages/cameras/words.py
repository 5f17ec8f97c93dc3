"""Words of cameras: how fit they are, and what their tiles say."""

from portal.locale import _


def fitness(found: str | None) -> str:
    """How far a camera's pictures can be trusted."""
    said = {
        "fit": _("pictures can be trusted"),
        "lost": _("no pictures"),
        "corrupt": _("pictures are corrupt"),
        "dark": _("too dark"),
        "covered": _("covered"),
        "blurred": _("out of focus"),
        "shifted": _("turned away"),
        "frozen": _("frozen"),
        "old_pictures": _("returns old pictures"),
        "wrong_clock": _("its clock is wrong"),
    }
    return said.get(found or "", _("not judged yet"))


def script_words() -> dict[str, str]:
    """What the tiles' script says; `{n}` is seconds."""
    return {
        "live": _("live"),
        "still": _("{n} s ago"),
        "connecting": _("connecting …"),
        "stale": _("NOT LIVE · {n} s old"),
        "none": _("no picture"),
        "refused": _("refused"),
    }
