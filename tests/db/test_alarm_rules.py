"""Folding, levels and the life of an alarm, as pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.access_scope import Role
from db.rules.alarm_causes import Cause
from db.rules.alarm_folding import Folded, Folding, Happening, OpenAlarm, Ring, fold, level_after
from db.rules.alarm_kinds import BY_KIND, AlarmKind, AlarmState, Level, Verdict
from db.rules.alarm_lifecycle import STEPS, Act, Asked, Refusal, Standing, step
from db.rules.role_acts import ALARM_ACTS, LOOKS_ONLY, why_not

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
NEW, FOLD, RISE = Folding.NEW, Folding.FOLD, Folding.RISE
RAISED, JOINED, LEVEL_RAISED = Happening.RAISED, Happening.JOINED, Happening.LEVEL_RAISED
MAJOR_OF_A = OpenAlarm(Level.MAJOR, frozenset("a"))


@pytest.mark.parametrize(
    ("kind", "already", "devices", "foldings", "level", "happenings"),
    [
        (AlarmKind.FIRE, None, "a", [NEW], Level.CRITICAL, [RAISED]),
        (AlarmKind.FIRE, None, "aab", [NEW, FOLD, FOLD], Level.CRITICAL, [RAISED, JOINED]),
        (AlarmKind.DEVICE_FAULT, None, "ab", [NEW, FOLD], Level.NOTICE, [RAISED, JOINED]),
        (AlarmKind.GAS, None, "a", [NEW], Level.MAJOR, [RAISED]),
        (AlarmKind.GAS, None, "aba", [NEW, RISE, FOLD], Level.CRITICAL, [RAISED, JOINED, LEVEL_RAISED]),
        (AlarmKind.GAS, MAJOR_OF_A, "aaa", [FOLD, FOLD, FOLD], Level.MAJOR, []),
        (AlarmKind.GAS, MAJOR_OF_A, "ba", [RISE, FOLD], Level.CRITICAL, [JOINED, LEVEL_RAISED]),
        (AlarmKind.GAS, OpenAlarm(Level.CRITICAL, frozenset("ab")), "c", [FOLD], Level.CRITICAL, [JOINED]),
        (AlarmKind.CROWDING, OpenAlarm(Level.MINOR, frozenset()), "a", [FOLD], Level.MINOR, [JOINED]),
    ],
)
def test_folding(
    kind: AlarmKind,
    already: OpenAlarm | None,
    devices: str,
    foldings: list[Folding],
    level: Level,
    happenings: list[Happening],
) -> None:
    folded = fold(kind, already, rings(devices))
    assert (list(folded.foldings), folded.level) == (foldings, level)
    assert [note.happening for note in folded.notes] == happenings
    assert folded.devices == frozenset(devices) | (already.devices if already else frozenset())
    assert folded.latest == rings(devices)[-1]


def rings(devices: str) -> list[Ring]:
    return [Ring(code, NOW + timedelta(seconds=n), float(n)) for n, code in enumerate(devices)]


@given(st.sampled_from(AlarmKind), st.text("abc", min_size=1, max_size=9), st.integers(0, 8))
def test_all_at_once_is_as_one_after_another(kind: AlarmKind, devices: str, cut: int) -> None:
    at_once = fold(kind, None, rings(devices))
    already: OpenAlarm | None = None
    parts: list[Folded] = []
    for part in filter(None, (rings(devices)[:cut], rings(devices)[cut:])):
        parts.append(fold(kind, already, part))
        already = OpenAlarm(parts[-1].level, parts[-1].devices)
    assert sum((part.foldings for part in parts), ()) == at_once.foldings
    assert sum((part.notes for part in parts), ()) == at_once.notes
    assert (parts[-1].level, parts[-1].devices) == (at_once.level, at_once.devices)


@given(st.sampled_from(AlarmKind), st.sampled_from(Level), st.booleans())
def test_a_level_never_falls_while_open(kind: AlarmKind, level: Level, is_another: bool) -> None:
    assert level_after(kind, level, is_another) <= level


def test_every_kind_has_its_level() -> None:
    assert set(BY_KIND) == set(AlarmKind)
    assert {kind for kind, row in BY_KIND.items() if row.level is Level.CRITICAL} == {AlarmKind.FIRE}


STANDING = st.builds(
    Standing, st.sampled_from(AlarmState), st.sampled_from(AlarmKind), st.sampled_from([None, *Verdict]), st.just(1)
)
ASKED = st.builds(
    Asked,
    st.sampled_from(Act),
    by=st.sampled_from([1, 2]),
    verdict=st.sampled_from([None, *Verdict]),
    corrects=st.sampled_from([None, *Verdict]),
    cause=st.sampled_from([None, *Cause]),
    words=st.sampled_from([None, "字"]),
    promised_for=st.sampled_from(
        [None, NOW - timedelta(minutes=1), NOW + timedelta(hours=1), NOW + timedelta(days=99)]
    ),
    evidence=st.sampled_from([(), ("图",)]),
    owner_seen=st.sampled_from([None, 0, 1, 2]),
)


@given(STANDING, ASKED)
def test_only_the_tables_steps_are_taken(standing: Standing, asked: Asked) -> None:
    after = step(standing, asked, NOW)
    if isinstance(after, Refusal):
        assert after.reason.endswith(".")
        return
    assert STEPS[standing.state, asked.act] is after
    if asked.act is Act.CLOSE:
        assert standing.kind is not AlarmKind.FIRE or standing.verdict is not None
    if asked.act is Act.VERIFY:
        assert (asked.verdict is Verdict.FALSE) == (asked.cause is not None)
        assert standing.verdict is not Verdict.REAL_FIRE or asked.verdict is Verdict.REAL_FIRE
    if asked.act is Act.PROMISE:
        assert asked.promised_for is not None
        assert NOW < asked.promised_for <= NOW + timedelta(days=30)
        assert asked.by == standing.owner_id


@pytest.mark.parametrize("act", [Act.ACKNOWLEDGE, Act.VERIFY, Act.HANDLE, Act.CLOSE, Act.HAND_OVER, Act.SILENCE])
def test_a_closed_alarm_names_who_closed_it(act: Act) -> None:
    refused = step(Standing(AlarmState.CLOSED, AlarmKind.FIRE, Verdict.FALSE), Asked(act), NOW)
    assert refused == Refusal("The alarm is closed already: {who}, {at}.")


def test_every_act_has_its_roles() -> None:
    assert set(ALARM_ACTS) == set(Act)
    lookers = {Role.ANALYST, Role.ADMINISTRATOR, Role.WALL}
    assert all(why_not(act, role) == LOOKS_ONLY for act in Act for role in lookers)
    assert why_not(Act.CLOSE, Role.VENUE) is not None
    assert why_not(Act.SILENCE, Role.COUNTY) is not None
    assert why_not(Act.ACKNOWLEDGE, Role.VENUE) is None
