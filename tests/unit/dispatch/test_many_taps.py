"""Many phones tell of one emergency: which alarms are one incident, and what the later ones add."""

from dataclasses import replace
from datetime import timedelta
from math import cos, radians
from typing import Any

import pytest
from msgspec.json import encode

from dispatch.commands import Close, PressAlarm
from dispatch.decide import decide_press
from dispatch.duplicates import distance_m, is_same_emergency, joins
from dispatch.events import AlarmJoined
from dispatch.facts import Facts, Neighbour
from dispatch.incident import FLOOD, Alarm, Disposition, Kind, Person
from dispatch.policy import Policy
from geo.areas import AreaRef
from geo.position import Position
from tests.unit.dispatch.city import (
    HEAD_1,
    HEAD_2,
    NEAR,
    NOON,
    OPERATOR,
    POLICY,
    RT_1,
    RT_2,
    SECOND,
    THIRD,
    Story,
    after,
    alarm,
    around,
    candidates,
    fix,
    place_in,
)

LAT, LON = fix().lat, fix().lon


def east(metres: float, *, accuracy_m: float | None = 12.0) -> Position:
    return Position(LAT, LON + metres / (111_195 * cos(radians(LAT))), accuracy_m, NOON)


def witness(number: int = 2, *, metres: float = 40.0, accuracy_m: float | None = 12.0, **changes: Any) -> Alarm:
    """Another phone, so far east of the first one."""
    at = east(metres, accuracy_m=accuracy_m)
    return alarm(number, **{"device": f"resident-{number}", "position": at, "origin": at, **changes})


def same(first: Alarm, second: Alarm, *, at: float = 5.0, policy: Policy = POLICY) -> bool:
    return is_same_emergency(Story(first).incident, second, now=after(at), policy=policy)


def test_the_distance_of_two_fixes_is_that_on_the_ground():
    assert distance_m(fix(), east(100)) == pytest.approx(100, rel=1e-3)
    assert distance_m(Position(-7.0, 110.4, None, None), Position(-7.01, 110.4, None, None)) == pytest.approx(
        1112, rel=1e-3
    )


@pytest.mark.parametrize(
    ("metres", "accuracy_m", "is_same"),
    [(0, 12, True), (70, 12, True), (90, 12, False), (90, 50, True), (190, 180, True), (210, 180, False)],
)
def test_how_near_is_near_follows_from_how_exact_the_fixes_are(metres, accuracy_m, is_same):
    assert same(alarm(), witness(metres=metres, accuracy_m=accuracy_m)) is is_same


def test_a_fix_too_inexact_to_say_what_is_near_joins_nothing():
    assert not same(alarm(), witness(metres=0, accuracy_m=201.0))
    assert same(alarm(), witness(metres=0, accuracy_m=None))


def test_without_a_radius_nobody_else_ever_joins():
    assert not same(alarm(), witness(metres=0), policy=Policy(join_radius_max_m=0))


def pressed_after(seconds: float) -> Alarm:
    return witness(pressed_at=after(seconds), position=replace(east(40), at=after(seconds)))


def test_the_window_stays_open_as_long_as_alarms_come():
    story = Story(alarm())
    assert not is_same_emergency(story.incident, pressed_after(601), now=after(601), policy=POLICY)
    story.presses_again(pressed_after(599), at=599)
    assert is_same_emergency(story.incident, pressed_after(1198), now=after(1198), policy=POLICY)
    assert not is_same_emergency(story.incident, pressed_after(1200), now=after(1200), policy=POLICY)


def test_an_alarm_that_waited_in_a_phone_is_compared_by_when_it_was_pressed():
    assert not same(alarm(), pressed_after(-7200))
    assert same(alarm(), pressed_after(-300))


@pytest.mark.parametrize("hours", [-48, -1, 1])
def test_a_witness_whose_phone_has_a_wrong_clock_joins_all_the_same(hours):
    by_its_clock = NOON + timedelta(hours=hours)
    for fix_at in (NOON, by_its_clock, None):
        wrong = witness(pressed_at=by_its_clock, sent_at=by_its_clock, position=replace(east(10), at=fix_at))
        assert same(alarm(), wrong)
    waited = witness(pressed_at=by_its_clock, sent_at=by_its_clock + timedelta(hours=2), position=east(10))
    assert not same(alarm(), waited)


def test_a_fix_that_was_old_when_the_button_was_pressed_joins_nothing():
    assert not same(alarm(), witness(position=replace(east(10), at=NOON - timedelta(minutes=20))))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (Kind.FIRE, Kind.FIRE, True),
        (Kind.EMERGENCY, Kind.FIRE, True),
        (Kind.FIRE, Kind.DISASTER, True),
        (Kind.FIRE, Kind.CRIME, False),
        (Kind.MEDICAL, Kind.CRIME, False),
        (Kind.VIOLENCE, Kind.VIOLENCE, False),
        (Kind.EMERGENCY, Kind.VIOLENCE, False),
        (Kind.VIOLENCE, Kind.EMERGENCY, False),
    ],
)
def test_only_compatible_kinds_are_one_emergency_and_violence_never_is(one, other, is_same):
    assert same(alarm(kind=one), witness(kind=other)) is is_same


def test_no_policy_makes_violence_one_with_anothers_alarm():
    everything = Policy(join_kinds=(frozenset(Kind),))
    assert not same(alarm(kind=Kind.VIOLENCE), witness(kind=Kind.VIOLENCE), policy=everything)
    assert not same(alarm(), witness(kind=Kind.VIOLENCE), policy=everything)


def test_silent_alarms_and_exercises_stay_apart():
    assert not same(alarm(silent=True), witness())
    assert not same(alarm(), witness(silent=True))
    assert not same(alarm(), witness(drill=True))
    assert not same(alarm(drill=True), witness())
    assert same(alarm(drill=True), witness(drill=True))


def test_nothing_joins_what_has_no_place_or_is_closed():
    story = Story(alarm(position=None, origin=None, place=place_in(None, sectors=())))
    assert not is_same_emergency(story.incident, witness(), now=NOON, policy=POLICY)
    assert not same(alarm(), witness(position=None))
    closed = Story(alarm())
    closed.happens(Close(OPERATOR, Disposition.RESOLVED, None))
    assert not is_same_emergency(closed.incident, witness(), now=NOON, policy=POLICY)


def test_a_witness_who_presses_again_belongs_to_the_same_incident_wherever_they_are():
    story = Story(alarm())
    story.presses_again(witness())
    far = witness(metres=5000)
    assert joins(story.incident, far, is_known_phone=True)
    story.presses_again(far, Facts(is_known_phone=True))
    assert (story.incident.alarm_count, story.incident.phone_count) == (3, 2)


@pytest.mark.parametrize("changes", [{"silent": True}, {"kind": Kind.VIOLENCE}])
def test_what_is_private_does_not_go_into_an_incident_that_others_are_part_of(changes):
    story = Story(alarm())
    assert joins(story.incident, alarm(2, **changes))
    story.presses_again(witness())
    assert not joins(story.incident, alarm(3, **changes))
    assert not joins(story.incident, witness(**changes), is_known_phone=True)
    with pytest.raises(ValueError, match="does not belong"):
        decide_press(story.incident, PressAlarm(alarm(3, **changes), "other"), Facts(), now=NOON, policy=POLICY)


def test_a_witness_asks_nobody_more_and_does_not_move_the_incident():
    story = Story(alarm(kind=Kind.FIRE), around(NEAR, SECOND, THIRD))
    [joined] = story.presses_again(witness(), Facts(candidates(NEAR, SECOND, THIRD)))
    assert isinstance(joined, AlarmJoined)
    assert joined.offers == ()
    assert (story.incident.position, story.incident.place) == (fix(), place_in())


def test_a_witness_may_say_more_precisely_what_it_is():
    story = Story(alarm())
    story.presses_again(witness(kind=Kind.FIRE))
    assert story.incident.kind is Kind.FIRE


def test_four_hundred_witnesses_cost_the_state_nothing_and_tell_each_rt_once():
    story = Story(alarm(kind=Kind.FIRE), Facts(candidates(NEAR), (HEAD_1,)))
    before = len(encode(story.incident))
    for number in range(2, 402):
        rt = AreaRef(f"RT{number % 20}", "RT")
        heads = (Neighbour(Person(f"head-{rt.code}", "x"), rt), HEAD_1, HEAD_2)
        story.presses_again(witness(number, place=place_in(rt)), Facts(neighbours=heads))
    assert (story.incident.alarm_count, story.incident.phone_count) == (401, 401)
    told = [one.person.id for event in story.events for one in getattr(event, "told", ())]
    assert told[0] == HEAD_1.person.id
    assert len(told) == len(set(told)) == len(story.incident.told) == 8
    assert len(encode(story.incident)) < before + 8 * 250


def test_a_witness_from_the_next_rt_has_that_rt_told():
    story = Story(alarm(kind=Kind.FIRE), Facts(neighbours=(HEAD_1,)))
    story.presses_again(witness(place=place_in(RT_2)), Facts(neighbours=(HEAD_2,)))
    assert story.incident.neighbourhood == (RT_1.code, RT_2.code)
    assert [one.person for one in story.incident.told] == [HEAD_1.person, HEAD_2.person]


def test_a_flood_is_taken_and_tells_no_other_rt():
    story = Story(alarm(), Facts(neighbours=(HEAD_1,)))
    flooded = alarm(2, place=place_in(RT_2), flags=(FLOOD,))
    [joined] = story.presses_again(flooded, Facts(neighbours=(HEAD_2,)))
    assert isinstance(joined, AlarmJoined)
    assert joined.told == ()
    assert FLOOD in story.incident.flags
    assert story.incident.alarm_count == 2
