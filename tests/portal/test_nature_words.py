"""What an alarm is taken for, in words."""

import pytest

from db.rules.alarm_kinds import AlarmKind
from db.rules.alarm_natures import Because, Nature
from portal import nature_words


@pytest.mark.parametrize("kind", [AlarmKind.FIRE, AlarmKind.GAS])
def test_every_nature_and_reason_has_words_of_its_own(kind: AlarmKind) -> None:
    natures = [nature_words.nature(each, kind) for each in Nature]
    reasons = [nature_words.because(each) for each in Because]
    assert len(set(natures)) == len(natures)
    assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize(
    ("step", "note", "shown"),
    [
        ("level_raised", "heat,persists", "附近温度过高 · 持续不断"),
        ("told_apart", "flapping", "数秒内反复报警又恢复"),
        ("level_raised", None, ""),
        ("level_raised", "something new", "something new"),
        ("acknowledged", "heat, 去看,马上", "heat, 去看,马上"),  # a person's words stay as they are
        ("raised", None, ""),
    ],
)
def test_reasons_are_told_in_words(step: str, note: str | None, shown: str) -> None:
    assert nature_words.step_note(step, note) == shown


def test_sides_without_a_reason_are_left_out() -> None:
    assert nature_words.told(()) == []
    assert nature_words.told((Because.FLAPPING, Because.HEAT)) == [
        "支持：附近温度过高",
        "存疑：数秒内反复报警又恢复",
    ]
