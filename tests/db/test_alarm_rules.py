"""Folding, correlation, doubt and the life of an alarm, as pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules import alarm_folding
from db.rules.alarm_correlation import CORROBORATIONS, may_witness, span_of, together, witnessed
from db.rules.alarm_doubts import DOUBTS, Said, doubt_of, is_near_limit, may_doubt, overcome
from db.rules.alarm_folding import Folded, Folding, Happening, Place, Reading, Ring, Standing, fold
from db.rules.alarm_hints import Known, hints
from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level
from db.rules.alarm_natures import AGAINST, HINTS, RANK, Because, Nature
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.signal_kinds import SignalKind

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
NEW, FOLD, RISE = Folding.NEW, Folding.FOLD, Folding.RISE
RAISED, JOINED, LEVEL_RAISED, TOLD = (
    *(Happening.RAISED, Happening.JOINED, Happening.LEVEL_RAISED),
    Happening.TOLD_APART,
)
FIRE, GAS, ELECTRICAL, CROWDING = AlarmKind.FIRE, AlarmKind.GAS, AlarmKind.ELECTRICAL, AlarmKind.CROWDING
SMOKE = SignalKind.SMOKE
BY_REASON = {row.because: row for row in DOUBTS}


def parts(devices: str, at: datetime = NOW) -> dict[str, frozenset[int]]:
    return {code: frozenset({span_of(at)}) for code in devices}


def rings(kind: AlarmKind, devices: str, *, area: int = 1, **beside: object) -> list[Ring]:
    return [
        Ring(Place(area, kind), code, NOW + timedelta(seconds=n), float(n), **beside)  # type: ignore[arg-type]
        for n, code in enumerate(devices)
    ]


MAJOR_OF_A = Standing(Level.MAJOR, parts=parts("a"))


@pytest.mark.parametrize(
    ("kind", "already", "devices", "foldings", "level", "happenings"),
    [
        (FIRE, None, "a", [NEW], Level.CRITICAL, [RAISED]),
        (FIRE, None, "aab", [NEW, FOLD, FOLD], Level.CRITICAL, [RAISED, JOINED]),
        (AlarmKind.DEVICE_FAULT, None, "ab", [NEW, FOLD], Level.NOTICE, [RAISED, JOINED]),
        (GAS, None, "a", [NEW], Level.MAJOR, [RAISED]),
        (GAS, None, "aba", [NEW, RISE, FOLD], Level.CRITICAL, [RAISED, JOINED, LEVEL_RAISED]),
        (GAS, MAJOR_OF_A, "aaa", [FOLD, FOLD, FOLD], Level.MAJOR, []),
        (GAS, MAJOR_OF_A, "ba", [RISE, FOLD], Level.CRITICAL, [JOINED, LEVEL_RAISED]),
        (GAS, Standing(Level.CRITICAL, parts=parts("ab")), "c", [FOLD], Level.CRITICAL, [JOINED]),
        (CROWDING, Standing(Level.MINOR), "a", [FOLD], Level.MINOR, [JOINED]),
        (CROWDING, Standing(Level.MINOR, parts=parts("a")), "", [], Level.MINOR, []),
    ],
)
def test_folding(
    kind: AlarmKind,
    already: Standing | None,
    devices: str,
    foldings: list[Folding],
    level: Level,
    happenings: list[Happening],
) -> None:
    place = Place(1, kind)
    folded = fold({place: already} if already else {}, rings(kind, devices))
    assert (list(folded.foldings), folded.standing[place].level) == (foldings, level)
    assert [note.happening for note in folded.notes] == happenings
    assert set(folded.standing[place].parts) == set(devices) | set(already.parts if already else ())


HALF_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("kind", "by", "area", "code", "apart", "because"),
    [
        (FIRE, FIRE, 2, "b", timedelta(minutes=4), Because.SECOND_DEVICE),
        (FIRE, FIRE, 2, "b", HALF_HOUR, None),
        (FIRE, FIRE, 2, "a", timedelta(0), None),  # the same device twice is one witness
        (FIRE, ELECTRICAL, 2, "b", timedelta(minutes=4), Because.POWER),
        (FIRE, GAS, 2, "b", timedelta(minutes=4), Because.GAS),
        (FIRE, AlarmKind.SMOKING, 2, "b", timedelta(minutes=4), Because.CAMERA),
        (FIRE, CROWDING, 2, "b", timedelta(0), None),
        (GAS, FIRE, 2, "b", timedelta(minutes=4), Because.FIRE),
        (ELECTRICAL, FIRE, 2, "b", timedelta(minutes=-4), Because.FIRE),  # which came first is the same
        (GAS, GAS, 1, "b", HALF_HOUR, Because.SECOND_DEVICE),
        (GAS, GAS, 2, "b", timedelta(0), None),
    ],
)
def test_alarms_bear_witness_for_one_another(
    kind: AlarmKind, by: AlarmKind, area: int, code: str, apart: timedelta, because: Because | None
) -> None:
    low = Standing(Level.NOTICE, Nature.SUSPECTED_FAULT, parts=parts("a"))
    at_once = fold({Place(1, kind): low}, [Ring(Place(area, by), code, NOW + apart)])
    after = at_once.standing[Place(1, kind)]
    assert after.because == (frozenset({because}) if because else frozenset())
    assert after.level == (Level.CRITICAL if because else Level.NOTICE)
    assert after.nature is (Nature.CORROBORATED if because else Nature.SUSPECTED_FAULT)


def flap(at: datetime, lasts: float = 5, signal: SignalKind = SMOKE) -> list[Said]:
    return [Said(at, signal, 0.3, True), Said(at + timedelta(seconds=lasts), signal, 0.02, False)]


def before(*minutes: float, lasts: float = 5, signal: SignalKind = SMOKE) -> list[Said]:
    """Flaps so many minutes before the signal in question."""
    return [said for n in sorted(minutes, reverse=True) for said in flap(NOW - timedelta(minutes=n), lasts, signal)]


def said(seconds: float, signal: SignalKind = SMOKE, **beside: object) -> Said:
    return Said(NOW + timedelta(seconds=seconds), signal, **beside)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "because"),
    [
        ([], None),
        (before(30, 20), None),
        (before(30, 20, 10), Because.FLAPPING),
        (before(30, 20, 10, signal=SignalKind.TEMPERATURE), None),  # heat flaps, smoke is news
        (before(30, 20, 10, lasts=15), Because.FLAPPING),
        (before(30, 20, 10, lasts=16), None),
        (before(500, 450, 400), None),  # that was yesterday
        (before(40, 30, 20) + before(10, lasts=90), None),  # the last one lasted: believed
        ([*before(30, 20, 10), said(-3, value=0.3, alarm=True)], Because.FLAPPING),  # said twice in one flap
        (
            [*before(30, 20, 10), said(60, value=0.02, alarm=False)],
            Because.FLAPPING,
        ),  # what comes later is not yet known
        ([said(-60, value=0.3, alarm=True, is_test=True)], Because.TESTED),
        ([said(-299, signal=SignalKind.HEARTBEAT, is_test=True)], Because.TESTED),
        ([said(-301, value=0.3, alarm=True, is_test=True)], None),
        ([said(1, value=0.3, alarm=True, is_test=True)], None),
        ([said(-60, SignalKind.FAULT, value=1.0, alarm=True)], Because.FAULT_BESIDE),
        ([said(0, SignalKind.FAULT, value=1.0)], Because.FAULT_BESIDE),
        ([said(-60, SignalKind.FAULT, value=0.0, alarm=False)], None),  # the fault has gone
        ([said(-121, SignalKind.FAULT, value=1.0, alarm=True)], None),
    ],
)
def test_only_evidence_on_record_speaks_against_a_signal(record: list[Said], because: Because | None) -> None:
    found = doubt_of(SMOKE, NOW, record)
    assert (found.because if found else None) is because


@pytest.mark.parametrize(
    ("kind", "device", "signal", "may"),
    [
        (FIRE, DeviceKind.SMOKE_DETECTOR, SMOKE, True),
        (FIRE, DeviceKind.HEAT_DETECTOR, SignalKind.TEMPERATURE, True),
        (GAS, DeviceKind.GAS_DETECTOR, SignalKind.GAS, True),
        (ELECTRICAL, DeviceKind.ELECTRICITY_METER, SignalKind.CURRENT, True),
        (FIRE, DeviceKind.MANUAL_CALL_POINT, SignalKind.MANUAL_CALL, False),
        (FIRE, DeviceKind.SMOKE_DETECTOR, SignalKind.MANUAL_CALL, False),
        (FIRE, DeviceKind.SMOKE_DETECTOR, SignalKind.PANEL, False),
        (FIRE, DeviceKind.USER_TRANSMISSION_DEVICE, SMOKE, False),  # it speaks for many
        (FIRE, DeviceKind.CAMERA, SMOKE, False),
        (FIRE, None, SMOKE, False),
        (FIRE, DeviceKind.SMOKE_DETECTOR, None, False),
        (AlarmKind.DEVICE_FAULT, DeviceKind.SMOKE_DETECTOR, SignalKind.FAULT, False),
    ],
)
def test_only_a_lone_detectors_word_is_doubted(
    kind: AlarmKind, device: DeviceKind | None, signal: SignalKind | None, may: bool
) -> None:
    assert may_doubt(kind, device, signal) is may


@pytest.mark.parametrize(
    ("doubt", "earlier", "found"),
    [
        (Because.FLAPPING, [], set()),
        (Because.FLAPPING, [(14.9, 0.3)], set()),
        (Because.FLAPPING, [(15, 0.3)], {Because.PERSISTS}),
        (Because.FLAPPING, [(600, 0.3)], {Because.PERSISTS}),  # nobody said that it was over
        (Because.FLAPPING, [(21_601, 0.3)], set()),
        (Because.FLAPPING, [(60, 0.3), (40, 0.3), (20, 0.3)], {Because.PERSISTS}),
        (Because.FLAPPING, [(8, 0.1), (4, 0.2)], {Because.RISES}),
        (Because.FLAPPING, [(8, 0.29), (4, 0.295)], set()),  # it rises, but hardly
        (Because.FLAPPING, [(8, 0.4), (4, 0.35)], set()),
        (Because.FLAPPING, [(-15, 0.3)], {Because.PERSISTS}),  # overtaken on its way
        (Because.FLAPPING, [(8, 0.1), (-4, 0.4)], {Because.RISES}),
        (Because.TESTED, [(59, 0.3)], set()),
        (Because.TESTED, [(60, 0.3)], {Because.PERSISTS}),
        (Because.FAULT_BESIDE, [(15, 0.3)], {Because.PERSISTS}),
    ],
)
def test_a_doubt_is_overcome(doubt: Because, earlier: list[tuple[float, float]], found: set[Because]) -> None:
    record = [said(-seconds, value=value, alarm=True) for seconds, value in earlier]
    record = sorted([*record, said(0, value=0.3, alarm=True)], key=lambda each: each.at)
    assert overcome(BY_REASON[doubt], SMOKE, NOW, record) == found


def test_a_quiet_word_between_ends_the_ringing() -> None:
    record = [said(-20, value=0.3, alarm=True), said(-10, value=0.02, alarm=False), said(0, value=0.3, alarm=True)]
    assert overcome(BY_REASON[Because.FLAPPING], SMOKE, NOW, record) == frozenset()


@pytest.mark.parametrize(
    ("reason", "level", "nature"),
    [
        (Because.FLAPPING, Level.NOTICE, Nature.SUSPECTED_FAULT),
        (Because.TESTED, Level.NOTICE, Nature.SUSPECTED_TEST),
        (Because.FAULT_BESIDE, Level.MAJOR, Nature.SUSPECTED_FAULT),
    ],
)
def test_what_is_told_apart_is_on_record_and_rises_at_once(reason: Because, level: Level, nature: Nature) -> None:
    place = Place(1, FIRE)
    lone = fold({}, rings(FIRE, "a", doubt=BY_REASON[reason], signal=SMOKE))
    assert (lone.standing[place].level, lone.standing[place].nature) == (level, nature)
    assert [note.happening for note in lone.notes] == [RAISED, TOLD]
    assert lone.notes[1].because == {reason}
    for ring, because in (
        (Ring(place, "b", NOW), set() if reason is Because.TESTED else {Because.SECOND_DEVICE}),
        (Ring(place, "c", NOW, signal=SignalKind.MANUAL_CALL), {Because.CALL_POINT}),
        (Ring(place, "a", NOW, doubt=BY_REASON[reason], overcome=frozenset({Because.PERSISTS})), {Because.PERSISTS}),
    ):
        believed = fold(lone.standing, [ring])
        assert believed.standing[place].level is Level.CRITICAL
        assert believed.foldings == (RISE,)
        assert {reason} | because <= believed.standing[place].because
        (note,) = (note for note in believed.notes if note.happening is LEVEL_RAISED)
        assert because <= note.because


def test_two_detectors_under_test_are_no_two_witnesses() -> None:
    tested = BY_REASON[Because.TESTED]
    folded = fold({}, rings(FIRE, "a", doubt=tested) + rings(FIRE, "b", area=2, doubt=tested))
    assert {alarm.level for alarm in folded.standing.values()} == {Level.NOTICE}
    third = fold(folded.standing, rings(FIRE, "c", area=3))
    assert third.standing[Place(3, FIRE)].level is Level.CRITICAL


def test_two_that_flap_together_are_believed() -> None:
    flapping = BY_REASON[Because.FLAPPING]
    folded = fold({}, rings(FIRE, "a", doubt=flapping) + rings(FIRE, "b", area=2, doubt=flapping))
    assert {alarm.level for alarm in folded.standing.values()} == {Level.CRITICAL}
    assert {alarm.nature for alarm in folded.standing.values()} == {Nature.CORROBORATED}


@pytest.mark.parametrize(
    ("signal", "value", "rise", "by_another", "because"),
    [
        (SignalKind.TEMPERATURE, 54.0, 0.0, False, {Because.HEAT}),
        (SignalKind.TEMPERATURE, 53.9, 0.0, True, set()),
        (SignalKind.TEMPERATURE, 36.0, 8.0, False, {Because.RISING_HEAT}),
        (SignalKind.TEMPERATURE, 60.0, 20.0, False, {Because.HEAT, Because.RISING_HEAT}),
        (SignalKind.TEMPERATURE, 34.0, 20.0, False, set()),
        (SMOKE, 0.1, 0.0, True, {Because.SECOND_DEVICE}),
        (SMOKE, 0.1, 0.0, False, set()),
        (SMOKE, 0.0, 0.0, True, set()),
        (SignalKind.GAS, 90.0, 90.0, True, set()),
    ],
)
def test_readings_that_ring_nothing_speak_for_a_fire(
    signal: SignalKind, value: float, rise: float, by_another: bool, because: set[Because]
) -> None:
    assert witnessed(signal, value, rise, by_another=by_another) == because
    assert may_witness(signal, value) or not because
    told_apart = Standing(Level.NOTICE, Nature.SUSPECTED_FAULT, parts=parts("a"))
    reading = Reading("b" if by_another else "a", signal, value, NOW, rise)
    worse = alarm_folding.testified({Place(1, FIRE): told_apart, Place(1, GAS): told_apart}, reading)
    assert {place: alarm.level for place, alarm in worse.items()} == (
        {Place(1, FIRE): Level.CRITICAL} if because else {}
    )
    long_after = Reading(reading.device_code, signal, value, NOW + HALF_HOUR, rise)
    assert alarm_folding.testified({Place(1, FIRE): told_apart}, long_after) == {}


def test_no_reading_is_no_witness() -> None:
    assert not may_witness(SignalKind.TEMPERATURE, None)
    assert not may_witness(SignalKind.HEARTBEAT, 0.0)


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (Known(), set()),
        (Known(battery_pct=0), {Because.LOW_BATTERY}),
        (Known(battery_pct=11), set()),
        (Known(AreaKind.KITCHEN, 80, has_open_fault=True), {Because.KITCHEN, Because.OPEN_FAULT}),
        (Known(false_alarms=2, false_days=2), set()),
        (Known(false_alarms=3, false_days=3), {Because.OFTEN_FALSE, Because.SAME_HOUR}),
    ],
)
def test_hints_are_told_and_lower_nothing(known: Known, found: set[Because]) -> None:
    assert hints(known) == found <= HINTS
    folded = fold({}, rings(FIRE, "a", hints=hints(known)))
    assert folded.standing[Place(1, FIRE)].level is Level.CRITICAL
    assert folded.standing[Place(1, FIRE)].because == found


@pytest.mark.parametrize(
    ("values", "near"), [([0.08] * 5, True), ([0.08] * 4, False), ([0.02] * 9, False), ([], False), ([0.0] * 5, False)]
)
def test_a_dirty_chamber_reads_near_its_limit(values: list[float], near: bool) -> None:
    record = [said(-60 * (n + 1), value=value) for n, value in enumerate(values)]
    assert is_near_limit(record[::-1], NOW) is near


devices = st.text("abc", min_size=1, max_size=9)
some_doubt = st.sampled_from([None, *DOUBTS])


@st.composite
def venues_rings(draw: st.DrawFn) -> list[Ring]:
    """Signals of one venue, in any order of their times."""
    return [
        Ring(
            Place(draw(st.integers(0, 2)), draw(st.sampled_from([FIRE, FIRE, GAS, ELECTRICAL, CROWDING]))),
            draw(st.sampled_from("abc")),
            NOW + timedelta(seconds=draw(st.integers(0, 7200))),
            signal=SMOKE,
            doubt=draw(some_doubt),
            overcome=draw(st.sampled_from([frozenset(), frozenset({Because.PERSISTS})])),
        )
        for _n in range(draw(st.integers(1, 9)))
    ]


@given(venues_rings(), st.randoms(use_true_random=False), st.data())
def test_any_order_and_any_batches_give_the_same_alarms(
    rings_: list[Ring], chance: object, data: st.DataObject
) -> None:
    expected = fold({}, rings_)
    shuffled = list(rings_)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    standing: dict[Place, Standing] = {}
    taken = 0
    while shuffled:
        cut = data.draw(st.integers(1, len(shuffled)))
        part, shuffled = shuffled[:cut], shuffled[cut:]
        folded = fold(standing, part)
        for place, alarm in standing.items():
            assert folded.standing[place].level <= alarm.level
            assert RANK[folded.standing[place].nature] >= RANK[alarm.nature]
        standing, taken = dict(folded.standing), taken + len(folded.foldings)
    assert standing == expected.standing
    assert taken == len(rings_)


@given(venues_rings())
def test_every_signal_has_an_open_alarm_and_an_undoubted_fire_a_critical_one(rings_: list[Ring]) -> None:
    folded = fold({}, rings_)
    for ring in rings_:
        alarm = folded.standing[ring.place]
        assert ring.device_code in alarm.parts
        if not ring.is_doubted:
            assert alarm.level <= BY_KIND[ring.place.kind].level
    assert folded.foldings.count(NEW) == len(folded.standing)


@given(st.sampled_from(AlarmKind), devices, st.integers(0, 8))
def test_all_at_once_is_as_one_after_another(kind: AlarmKind, codes: str, cut: int) -> None:
    at_once = fold({}, rings(kind, codes))
    standing: dict[Place, Standing] = {}
    found: list[Folded] = []
    for part in filter(None, (rings(kind, codes)[:cut], rings(kind, codes)[cut:])):
        found.append(fold(standing, part))
        standing = dict(found[-1].standing)
    assert sum((part.foldings for part in found), ()) == at_once.foldings
    assert sum((part.notes for part in found), ()) == at_once.notes


@given(st.frozensets(st.integers(0, 9)), st.frozensets(st.integers(0, 9)))
def test_together_is_mutual_and_never_lost(one: frozenset[int], other: frozenset[int]) -> None:
    assert together(one, other) == together(other, one) == any(abs(a - b) <= 1 for a in one for b in other)


def test_rows_are_complete() -> None:
    assert {row.because for row in DOUBTS} == AGAINST
    assert not AGAINST & HINTS
    assert all(row.level <= BY_KIND[row.kind].level for row in CORROBORATIONS)
    assert set(BY_KIND) == set(AlarmKind)
    assert {kind for kind, row in BY_KIND.items() if row.level is Level.CRITICAL} == {FIRE}
