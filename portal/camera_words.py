"""Words of cameras: how fit they are, and what their tiles say."""

from db.relay_folder import Trouble
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


def trouble(found: Trouble) -> str:
    """Why a camera shows nothing; empty where nothing is wrong."""
    said = {
        Trouble.NO_SOURCE: _("nobody has said where its pictures come from"),
        Trouble.CANNOT_OPEN: _("the camera's pictures cannot be opened"),
        Trouble.NO_ANSWER: _("the camera does not answer"),
        Trouble.ENDED: _("the pictures ended; tried again"),
        Trouble.STALLED: _("the pictures stopped; tried again"),
        Trouble.FULL: _("as many pictures are watched as the relay may make; close others first"),
        Trouble.PLATFORM: _("the video platform does not play it"),
        Trouble.NO_FFMPEG: _("ffmpeg is missing on this machine"),
    }
    return said.get(found, "")


def script_words() -> dict[str, str]:
    """What the tiles' script says; `{n}` is seconds."""
    return {
        "live": _("LIVE"),
        "still": _("{n} s ago"),
        "connecting": _("connecting …"),
        "stale": _("NOT LIVE · {n} s old"),
        "none": _("no picture"),
        "refused": _("refused"),
    }
