"""Words of cameras: how fit they are, and what their tiles say."""

from typing import Any

from db.relay_folder import Trouble
from db.rules.vision_review import Why
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


def rules() -> dict[str, str]:
    """What is judged, by rule."""
    return {
        "crowding": _("Crowding"),
        "route_blocked": _("Escape route blocked"),
        "equipment_missing": _("Equipment missing"),
        "desk_unattended": _("Desk unattended"),
        "smoking": _("Smoking"),
        "flame": _("Flames or smoke in the picture"),
        "camera_unfit": _("Camera unfit"),
    }


def rules_told() -> dict[str, str]:
    """What each rule looks for, in a sentence."""
    return {
        "crowding": _("So many people in the zone for so long."),
        "route_blocked": _("Something foreign stands still in the way for so long."),
        "equipment_missing": _("The place no longer looks as it was registered."),
        "desk_unattended": _("Nobody is at the desk for so long."),
        "smoking": _("A hint that no real footage has confirmed; a person always decides."),
        "flame": _("Rings nobody by itself: it speaks for a fire that a detector reports."),
    }


def params() -> dict[str, str]:
    """The numbers that a rule may be set to."""
    return {
        "people": _("People, at least"),
        "seconds": _("Seconds that it must last"),
        "share": _("Share of the zone that is covered"),
    }


def modes() -> dict[str, str]:
    """What becomes of what a rule finds."""
    return {"ring": _("Rings"), "review": _("Waits for review"), "off": _("Off")}


def periods() -> dict[str, str]:
    """Hours by which rules go."""
    return {
        "teaching": _("Teaching hours"),
        "dormitory_night": _("Dormitory night"),
        "exam": _("Exam days"),
        "holiday": _("Holidays"),
        "outside_teaching": _("Outside teaching"),
    }


def refusal(why: Why) -> str:
    """Why a verdict is refused."""
    return {
        Why.NOT_THERE: _("Nothing of the kind is there"),
        Why.HARMLESS: _("It is there, and allowed"),
        Why.LIGHT: _("Shadow, reflection or light"),
        Why.WRONG_ZONE: _("Zone or numbers do not fit"),
        Why.BAD_PICTURE: _("The picture cannot be judged"),
        Why.OTHER: _("Another reason"),
    }[why]


def trained(card: dict[str, Any] | None, model: str | None) -> str:
    """The model's card in a line; a model of synthetic scenes is called so."""
    if model is None:
        return _("Found without a model, by comparing pictures.")
    if card is None:
        return _("Model {name}: its card is not on record.").format(name=model)
    if card.get("is_synthetic"):
        return _("Model {name}: trained on synthetic scenes only, never on a real picture.").format(name=model)
    data = card["trained_on"]
    return _("Model {name}: trained on {data}").format(name=model, data=_(data))
