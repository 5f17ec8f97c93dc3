"""The acts as buttons, and the small form that each opens: one tap more, and it is done."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.who_acts import Acting
from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import Verdict
from db.rules.alarm_lifecycle import Act, Refusal
from db.rules.remote_silence import Condition, missing
from portal import alarm_words, words
from portal.asking import Asker
from portal.components.press import press
from portal.locale import _
from portal.pages.alarms import ids
from portal.pages.alarms.facts import Case
from portal.pages.alarms.offers import BY_FORM, IN_BULK, OFFERS, Offer, main, open_forms, silence_refusals

PROMISES = (15, 30, 60, 120, 240)
TICKED = 0
"""In place of an alarm's number: the ticked ones."""


def acts(case: Case, asker: Asker) -> Component:
    """What this person may do with the alarm now; a large button that is closed says why."""
    row, standing = case.alarm.row, case.standing
    silence = silence_refusals(standing, case.silence, asker.role, is_silent=row.silenced_at is not None)
    closed = open_forms(standing, asker.role, asker.person_id, case.now, silence)
    large = main(standing)
    small = [offer for offer in OFFERS if offer.form not in large and not closed[offer.form]]
    return html.Div(
        [
            html.Div([_button(BY_FORM[form], closed[form]) for form in large], className="act-buttons"),
            html.Div([_button(offer, []) for offer in small], className="act-buttons small"),
            *[_why(form, closed[form], case) for form in large if closed[form]],
            *[_form(offer.form, case) for offer in OFFERS if not closed[offer.form]],
        ],
        className="acts",
        **{"data-alarm": str(row.id)},
    )


def bulk_acts(n: int, people: Sequence[Acting]) -> Component:
    """What can be done with many at once."""
    forms = [*IN_BULK] if people else [form for form in IN_BULK if form != "hand"]
    made = {
        "take": _promise_choices(TICKED, Act.ACKNOWLEDGE),
        "false": _causes(TICKED),
        "drill": [_choice(TICKED, Act.VERIFY, Verdict.TEST_OR_DRILL, _("Confirm: {what}").format(what=label("drill")))],
        "hand": _takers(TICKED, people),
        "close": [_choice(TICKED, Act.CLOSE, "", _("Confirm: {what}").format(what=label("close")))],
    }
    return html.Div(
        [
            html.Div([_button(BY_FORM[form], []) for form in forms], className="act-buttons"),
            html.Button(_("Untick all {n}").format(n=n), className="plain untick"),
            *[_sheet(form, made[form]) for form in forms],
        ],
        className="acts",
        **{"data-alarm": str(TICKED)},
    )


def extras() -> Component:
    """What goes with an act; it stands apart, so that nothing typed is lost when the panel changes."""
    return html.Div(
        [
            dcc.Textarea(id=ids.WORDS, placeholder=_("A word with it"), maxLength=500, rows=2),
            dcc.Input(
                id=ids.EVIDENCE,
                placeholder=_("Evidence: picture, clip, document, call; several with semicolons"),
                maxLength=900,
                autoComplete="off",
                className="extra-evidence",
            ),
            dcc.Checklist(
                id=ids.CLOSE_TOO,
                options=[{"label": _("and close it"), "value": "close"}],
                value=["close"],
                className="extra-close",
            ),
        ],
        className="act-extras",
    )


def label(form: str) -> str:
    """What stands on the button that opens a form."""
    offer = BY_FORM[form]
    named = {"fire": _("Confirm real fire"), "false": _("False, because…")}
    if form in named:
        return named[form]
    return words.verdict(offer.asked.verdict) if offer.asked.verdict else alarm_words.act(offer.asked.act)


def _button(offer: Offer, closed: Sequence[Refusal]) -> Component:
    return html.Button(
        [label(offer.form), html.Kbd(offer.key)],
        className=offer.kind,
        disabled=bool(closed),
        title=" ".join(_(each.reason) for each in closed if "{" not in each.reason),
        **{"data-opens": offer.form, "data-key": offer.key.lower()},
    )


def _why(form: str, closed: Sequence[Refusal], case: Case) -> Component:
    """Why a large button is closed."""
    last = case.alarm.steps[-1] if case.alarm.steps else None
    told = {"who": last.actor_name if last else "–", "at": words.moment(last.at if last else None, case.now)}
    reasons = " ".join(_(each.reason).format(**told) for each in closed)
    return html.P(_("{act} is closed: {why}").format(act=label(form), why=reasons), className="why quiet")


def _form(form: str, case: Case) -> Component:
    alarm, act = case.alarm.row.id, BY_FORM[form].asked.act
    if form in ("take", "promise"):
        return _sheet(form, _promise_choices(alarm, act))
    if form == "false":
        return _sheet(form, _causes(alarm))
    if form == "hand":
        people = [person for person in case.people if person.person_id != case.alarm.row.owner_id]
        return _sheet(form, _takers(alarm, people))
    if form == "silence":
        return _sheet(form, _grounds(alarm, case))
    told = {
        "fire": _("It goes to the fire service's platform at once, and is not taken back."),
        "hazard": _("It is put on the list of problems."),
        "reopen": _("Say why below. Its verdict is given anew."),
        "comment": _("Write below."),
        "attach": _("Name it below."),
    }
    verdict = BY_FORM[form].asked.verdict
    confirm = _choice(alarm, act, verdict.value if verdict else "", _("Confirm: {what}").format(what=label(form)))
    confirm.className = "danger" if form == "fire" else "primary"
    return _sheet(form, [html.P(told[form]) if form in told else None, confirm])


def _sheet(form: str, content: Sequence[Component | None]) -> Component:
    shut = html.Button(_("Cancel"), className="plain form-shut")
    return html.Div(
        [*(each for each in content if each is not None), shut], className="act-form", **{"data-form": form}
    )


def _choice(alarm: int, act: Act, value: str, text: str) -> Component:
    return press(text, ids.PRESSED, {"alarm": alarm, "act": act.value, "value": str(value)})


def _promise_choices(alarm: int, act: Act) -> list[Component]:
    named = [(minutes, _("{n} min").format(n=minutes)) for minutes in PROMISES[:2]]
    named += [(minutes, _("{n} h").format(n=minutes // 60)) for minutes in PROMISES[2:]]
    choices = [_choice(alarm, act, str(minutes), text) for minutes, text in named]
    if act is Act.ACKNOWLEDGE:
        choices.append(_choice(alarm, act, "", _("No promise")))
    return [html.P(_("Done within:")), *choices]


def _causes(alarm: int) -> list[Component]:
    return [
        html.P(_("Because of:")),
        *[_choice(alarm, Act.VERIFY, f"{Verdict.FALSE}:{cause}", alarm_words.cause(cause)) for cause in Cause],
    ]


def _takers(alarm: int, people: Sequence[Acting]) -> list[Component]:
    if not people:
        return [html.P(_("Nobody else can act here."))]
    return [
        html.P(_("To whom:")),
        *[
            _choice(alarm, Act.HAND_OVER, str(person.person_id), f"{person.name} · {words.role(person.role)}")
            for person in people
        ],
    ]


def _grounds(alarm: int, case: Case) -> list[Component]:
    """The three lawful conditions of GB/T 45839-2025: those that hold are buttons, the others say what is missing."""
    made: list[Component] = [html.P(_("On which ground (GB/T 45839-2025):"))]
    for condition in Condition:
        lacking = missing(condition, case.silence)
        name = alarm_words.condition(condition)
        if lacking is not None:
            made.append(html.P([html.B(name), " — ", _(lacking.reason)], className="quiet lacking"))
        elif condition is Condition.PERSON_CONFIRMS:
            made += [
                _choice(
                    alarm,
                    Act.SILENCE,
                    f"{condition}:{person.id}",
                    f"{name}: {person.name} ({words.person_duty(person.duty)})",
                )
                for person in case.registered
            ]
        else:
            made.append(_choice(alarm, Act.SILENCE, f"{condition}:", name))
    return made


def until(value: str, now: datetime) -> datetime | None:
    """What a promise's button means."""
    return now + timedelta(minutes=int(value)) if value.isdigit() and int(value) in PROMISES else None
