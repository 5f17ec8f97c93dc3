"""Words of online patrol and of shouting."""

from collections.abc import Iterable

from db.relay_folder import Trouble
from db.rules.shouting import Caution
from portal import camera_words
from portal.locale import _


def outcome(found: str | None) -> str:
    """How a venue, or a camera, of a round has ended."""
    said = {
        "looked": _("looked at"),
        "seen": _("seen"),
        "unplayable": _("not playable"),
        "skipped": _("skipped"),
    }
    return said.get(found or "", _("to be looked at"))


def trouble(found: str) -> str:
    """Why a camera could not be played, as the relay told it."""
    return camera_words.trouble(Trouble(found)) if found in tuple(Trouble) else found


def cautions(found: Iterable[Caution]) -> str:
    """What must be confirmed before anything is called out."""
    said = {
        Caution.NIGHT: _("It is night: people at the venue sleep. Must it be called out now?"),
        Caution.TEACHING: _("Lessons or examinations are on at the venue. Must it be called out now?"),
    }
    return " ".join(said[each] for each in found)


def shout_state(found: str) -> str:
    """How a shout stands."""
    said = {"waiting": _("on its way"), "taken": _("called out"), "failed": _("not called out")}
    return said[found]
