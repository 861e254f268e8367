"""Two incidents become one, and one becomes two: what each keeps, gives and takes."""

import pytest
from msgspec.structs import replace

from dispatch.commands import AcceptOffer, ChangeAssignment, Claim, Close, Reopen
from dispatch.effects import PushKind, effects
from dispatch.errors import IncidentClosed, MergeRefused, NotMerged
from dispatch.events import SupervisorsTold
from dispatch.facts import Facts
from dispatch.incident import (
    PLACES_MAX,
    AssignmentStatus,
    Cancellation,
    Disposition,
    Incident,
    Kind,
    OfferStatus,
    Stage,
)
from dispatch.merging import (
    IncidentMerged,
    LetGo,
    MergeInto,
    Pressed,
    Return,
    SplitOff,
    TakeIn,
    check_merge,
    first_of,
    pressed_by,
)
from tests.unit.dispatch.city import (
    FOURTH,
    HEAD_1,
    HEAD_2,
    NEAR,
    NOON,
    OPERATOR,
    RT_1,
    RT_2,
    SECOND,
    THIRD,
    Story,
    alarm,
    around,
    candidates,
    place_in,
    policy_with,
    unlocated_alarm,
)

BOTH = Pressed("resident-2", 5, 3)
ONE = Pressed("resident-1", 1, 1)


def target(**changes: object) -> Incident:
    pressed = alarm(2, device="resident-2", place=place_in(RT_2), **changes)
    return replace(Story(pressed, Facts(neighbours=(HEAD_2,))).incident, id="target")


def test_the_one_that_goes_keeps_its_history_frees_whom_it_asked_and_names_where_it_went():
    story = Story(alarm(), Facts(candidates(NEAR), (HEAD_1,)))
    before = story.incident
    [event] = story.happens(MergeInto(OPERATOR, target()))
    gone = story.incident
    assert (gone.stage, gone.disposition, gone.merged_into) == (Stage.CLOSED, Disposition.DUPLICATE, "target")
    assert [offer.status for offer in gone.offers] == [OfferStatus.WITHDRAWN]
    assert (gone.alarm_count, gone.place, gone.told) == (before.alarm_count, before.place, before.told)
    assert [one.kind for one in effects(before, event)] == [PushKind.OFFER_WITHDRAWN]


def test_the_one_that_goes_on_takes_the_officers_and_the_told_of_both():
    source = Story(alarm(flags=("fix_stale",)), Facts(candidates(NEAR), (HEAD_1,)))
    source.happens(AcceptOffer(source.offer_to(NEAR), NEAR.id), at=1)
    story = Story(alarm(2, device="resident-2", place=place_in(RT_2)), Facts(neighbours=(HEAD_2,)))
    story.happens(TakeIn(OPERATOR, source.incident, BOTH), around(SECOND))
    merged = story.incident
    assert [one.officer for one in merged.open_assignments()] == [NEAR]
    assert merged.stage is Stage.ACCEPTED
    assert merged.neighbourhood == (RT_2.code, RT_1.code)
    assert [one.person for one in merged.told] == [HEAD_2.person, HEAD_1.person]
    assert (merged.alarm_count, merged.phone_count, merged.device) == (5, 3, "resident-2")
    assert merged.flags == ("fix_stale",)
    assert story.asked_now() == []


def test_who_comes_with_the_other_and_fills_the_last_place_lets_nobody_go_on_ringing():
    source = Story(alarm(), around(NEAR))
    source.accepts(NEAR)
    story = Story(alarm(2, device="resident-2"), around(SECOND, THIRD))
    story.happens(TakeIn(OPERATOR, source.incident, BOTH), around(FOURTH))
    assert story.asked_now() == []
    assert {one.status for one in story.incident.offers} == {OfferStatus.WITHDRAWN}


def test_where_there_is_room_for_one_more_they_go_on_ringing():
    source = Story(alarm(), around(NEAR))
    source.accepts(NEAR)
    story = Story(alarm(2, device="resident-2"), around(SECOND), policy=policy_with(places=2))
    story.happens(TakeIn(OPERATOR, source.incident, BOTH))
    assert story.asked_now() == [SECOND]


def test_whoever_was_told_of_both_is_kept_once():
    source = Story(alarm(), Facts(neighbours=(HEAD_1, HEAD_2)))
    story = Story(alarm(2), Facts(neighbours=(HEAD_1,)))
    [event] = story.happens(TakeIn(OPERATOR, source.incident, BOTH))
    assert isinstance(event, IncidentMerged)
    assert [one.person for one in event.told] == []
    assert story.incident.neighbourhood == (RT_1.code,)


def test_a_merge_is_undone_and_officers_are_asked_anew():
    story = Story(alarm(), around(NEAR))
    story.happens(Claim(OPERATOR), at=1)
    before = story.incident
    story.happens(MergeInto(OPERATOR, target()), at=2)
    story.happens(Return(OPERATOR, ONE), around(NEAR), at=3)
    back = story.incident
    assert (back.stage, back.disposition, back.merged_into) == (Stage.OFFERED, None, None)
    assert story.asked_now() == [NEAR]
    assert (back.claimed_by, back.alarm_count, back.opened_at) == (OPERATOR, 1, before.opened_at)


def test_who_went_on_under_the_other_stays_there_and_keeps_nobody_from_the_one_that_comes_back():
    story = Story(alarm(), around(NEAR))
    story.accepts(NEAR)
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, AssignmentStatus.ON_SCENE), at=2)
    story.happens(MergeInto(OPERATOR, target()), at=3)
    story.happens(Return(OPERATOR, ONE), around(SECOND), at=4)
    back = story.incident
    assert (back.assignments, back.stage) == ((), Stage.OFFERED)
    assert story.asked_now() == [SECOND]


def test_of_what_comes_back_unclaimed_the_supervisors_hear_one_level_after_the_other_as_of_a_new_one():
    policy = policy_with(claim_s=(10.0, 60.0))
    story = Story(alarm(), policy=policy)
    story.happens(MergeInto(OPERATOR, target()), at=1)
    story.happens(Return(OPERATOR, ONE), at=100)
    told = [[e for e in story.looks(at=at) if isinstance(e, SupervisorsTold)] for at in (105, 110)]
    assert [[event.level for event in events] for events in told] == [[], [1]]


def test_a_merged_incident_is_not_reopened_while_its_alarms_are_worked_under_the_other():
    story = Story(alarm())
    story.happens(MergeInto(OPERATOR, target()))
    with pytest.raises(IncidentClosed):
        story.happens(Reopen(OPERATOR, None))


def test_what_was_not_merged_does_not_come_back():
    story = Story(alarm())
    story.happens(Close(OPERATOR, Disposition.DUPLICATE, None))
    with pytest.raises(NotMerged):
        story.happens(Return(OPERATOR, ONE))


def test_alarms_that_leave_are_counted_off_and_their_phone_may_be_the_first():
    story = Story(alarm())
    story.happens(SplitOff(OPERATOR, "new", ("a",), Pressed("resident-2", 1, 1)))
    assert (story.incident.device, story.incident.alarm_count) == ("resident-2", 1)
    story.happens(LetGo(OPERATOR, "source", BOTH))
    assert (story.incident.alarm_count, story.incident.phone_count) == (5, 3)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"kind": Kind.VIOLENCE}),
        ({"kind": Kind.VIOLENCE}, {"kind": Kind.VIOLENCE}),
        ({"silent": True}, {}),
        ({}, {"drill": True}),
    ],
)
def test_the_private_and_the_exercises_stay_apart_whatever_an_operator_thinks(one, other):
    story = Story(alarm(**one))
    with pytest.raises(MergeRefused):
        story.happens(MergeInto(OPERATOR, target(**other)))


def test_what_one_phone_said_may_be_put_together_even_when_it_is_private():
    story = Story(alarm(kind=Kind.VIOLENCE))
    check_merge(story.incident, replace(target(), device="resident-1"))


def test_an_incident_does_not_go_into_itself_nor_into_a_closed_one():
    story = Story(alarm())
    with pytest.raises(MergeRefused):
        check_merge(story.incident, story.incident)
    closed = Story(alarm(2))
    closed.happens(Close(OPERATOR, Disposition.RESOLVED, None))
    with pytest.raises(IncidentClosed):
        check_merge(story.incident, replace(closed.incident, id="target"))
    for command in (SplitOff(OPERATOR, "new", ("a",), ONE), LetGo(OPERATOR, "x", ONE), MergeInto(OPERATOR, target())):
        with pytest.raises(IncidentClosed):
            closed.happens(command)


def test_no_officer_on_the_way_is_lost_to_a_merge():
    source = Story(alarm(), around(NEAR))
    source.accepts(NEAR)
    [assignment] = source.incident.assignments
    others = [replace(assignment, id=str(number)) for number in range(PLACES_MAX)]
    with pytest.raises(MergeRefused):
        check_merge(source.incident, replace(target(), assignments=tuple(others)))
    over = replace(others[0], status=AssignmentStatus.CLEAR)
    check_merge(source.incident, replace(target(), assignments=(over, *others[1:])))


def test_what_stands_goes_into_nothing_that_was_cancelled_and_duress_is_not_forgotten():
    stands = Story(alarm()).incident
    cancelled = replace(target(), device=stands.device, cancelled=Cancellation(NOON, 2))
    for source, into in [(stands, cancelled), (replace(stands, duress=True), replace(cancelled, cancelled=None))]:
        with pytest.raises(MergeRefused):
            check_merge(source, into)
        check_merge(into, replace(source, cancelled=None))


def test_of_several_alarms_the_first_with_a_place_opens_and_what_hides_one_hides_all():
    nowhere, fire, secret = unlocated_alarm(1), alarm(2, kind=Kind.FIRE), alarm(3, silent=True)
    assert first_of((nowhere, fire)) == fire
    assert first_of((fire, secret)) == replace(fire, silent=True)
    assert first_of((fire, alarm(4, kind=Kind.VIOLENCE))).kind is Kind.VIOLENCE
    assert pressed_by(["a", "b", "a"]) == Pressed("a", 3, 2)
