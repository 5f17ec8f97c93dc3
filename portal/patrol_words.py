"""Words of online patrol and of shouting."""

from collections.abc import Iterable

from db.relay_folder import Trouble
from db.rules.loudspeakers import NOT_YET
from db.rules.shouting import Caution, Unsaid
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


def unsaid(answer: str) -> str:
    """Why a shout was not called out, with the far end's own words behind it."""
    code, _colon, rest = answer.partition(":")
    said = {
        Unsaid.NO_ENGINE: _("the speech engine is missing on the server"),
        Unsaid.NO_SOUND: _("there was no sound to call out"),
        Unsaid.NO_GATEWAY: _("the server does not know this make of loudspeaker"),
        Unsaid.NO_KEY: _("the server has no key for this loudspeaker"),
        Unsaid.NO_ANSWER: _("the loudspeaker does not answer"),
        Unsaid.REFUSED: _("the loudspeaker refused"),
        Unsaid.NOT_YET: _(NOT_YET.reason),
        Unsaid.TOO_LATE: _("nothing called it out within ten minutes: given up"),
    }
    return " · ".join(
        part for part in (said.get(Unsaid(code)) if code in tuple(Unsaid) else code, rest.strip()) if part
    )
