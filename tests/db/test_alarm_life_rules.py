"""The life of an alarm as a table: which act leads where, what it needs, and who may."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.access_scope import Role
from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import AlarmKind, AlarmState, Verdict
from db.rules.alarm_lifecycle import STEPS, Act, Asked, Refusal, Standing, step
from db.rules.role_acts import ALARM_ACTS, LOOKS_ONLY, why_not

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)

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
