"""Who in the neighbourhood is told next, what they answer, and what the command center lets them know."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from dispatch.commands import AnswerNews, Close, LookAgain, PressAlarm, ReceiveNews, SharePlace
from dispatch.decide import decide
from dispatch.effects import PushIntent, PushKind, effects
from dispatch.errors import IncidentClosed, NeighbourhoodHidden, NotTold
from dispatch.escalation import next_due
from dispatch.events import AlarmJoined, Closed, NeighboursTold, PlaceShared, RepresentativeAnswered
from dispatch.evolve import evolve
from dispatch.facts import Facts, Neighbour
from dispatch.incident import Disposition, Kind, Person, Told
from dispatch.merging import IncidentMerged, Pressed
from dispatch.neighbourhood import is_quiet, news_due
from geo.areas import AreaRef
from tests.unit.dispatch.city import (
    COMMUNITY_OFFICER,
    HEAD_1,
    HEAD_2,
    INCIDENT_ID,
    NOON,
    OPERATOR,
    POLICY,
    RT_1,
    RT_2,
    RW_HEAD,
    Story,
    after,
    alarm,
    around,
    place_in,
)

BOTH_RT = place_in(RT_1, candidates=(RT_1, RT_2))


def above(neighbour: Neighbour, *codes: str) -> Facts:
    return Facts(superiors=tuple(structs.replace(neighbour, instead_of=code) for code in codes))


@pytest.fixture
def story() -> Story:
    """One RT, one representative; nobody is near, and nobody looks for officers."""
    return Story(alarm(origin=None, position=None), around(neighbours=(HEAD_1,)))


def who_was_told(story: Story) -> list[str]:
    return [one.person.id for one in story.incident.told]


# No receipt.


def test_after_thirty_seconds_of_silence_the_rw_is_told_and_then_the_community_officer(story):
    assert next_due(story.incident, POLICY) == after(30)
    assert story.happens(LookAgain(), above(RW_HEAD, "RT1"), at=29.9) == []
    [event] = story.happens(LookAgain(), above(RW_HEAD, "RT1"), at=30)
    assert isinstance(event, NeighboursTold)
    assert effects(story.incident, event) == [PushIntent(PushKind.NEIGHBOURHOOD, RW_HEAD.person.id, None, None)]
    assert story.incident.neighbourhood == ("RT1", "RW1")
    assert next_due(story.incident, POLICY) == after(60)
    story.happens(LookAgain(), above(COMMUNITY_OFFICER, "RW1"), at=60)
    assert who_was_told(story) == [HEAD_1.person.id, RW_HEAD.person.id, COMMUNITY_OFFICER.person.id]


def test_when_nobody_is_left_to_tell_it_is_said_once_and_time_stops(story):
    [event] = story.happens(LookAgain(), at=30)
    assert event == NeighboursTold((RT_1,), (), after(30))
    assert next_due(story.incident, POLICY) is None
    assert story.happens(LookAgain(), above(RW_HEAD, "RT1"), at=300) == []


@pytest.mark.parametrize("word", [ReceiveNews(HEAD_1.person.id), AnswerNews(HEAD_1.person.id, coming=False)])
def test_who_received_or_answered_is_no_silence(story, word):
    story.happens(word, at=29)
    assert next_due(story.incident, POLICY) is None
    assert story.happens(LookAgain(), above(RW_HEAD, "RT1"), at=31) == []


def test_one_of_two_representatives_of_an_rt_is_enough():
    other = structs.replace(HEAD_2, area=RT_1)
    story = Story(alarm(origin=None, position=None), around(neighbours=(HEAD_1, other)))
    story.happens(ReceiveNews(other.person.id), at=5)
    assert next_due(story.incident, POLICY) is None


def test_each_rt_counts_for_itself_and_an_rw_head_is_told_once():
    story = Story(alarm(origin=None, position=None, place=BOTH_RT), around(neighbours=(HEAD_1, HEAD_2)))
    story.happens(ReceiveNews(HEAD_2.person.id), at=5)
    [event] = story.happens(LookAgain(), above(RW_HEAD, "RT1", "RT2"), at=30)
    assert isinstance(event, NeighboursTold)
    assert (event.silent, [one.person for one in event.told]) == ((RT_1,), [RW_HEAD.person])


def test_an_rt_that_is_told_later_has_its_own_thirty_seconds(story):
    story.presses_again(alarm(2, place=BOTH_RT), around(neighbours=(HEAD_1, HEAD_2)), at=20)
    [event] = story.happens(LookAgain(), above(RW_HEAD, "RT1", "RT2"), at=30)
    assert event.silent == (RT_1,)
    assert news_due(story.incident, POLICY) == after(50)
    [event] = [one for one in story.happens(LookAgain(), at=50) if isinstance(one, NeighboursTold)]
    assert event.silent == (RT_2,)


def test_what_has_become_hidden_is_told_to_nobody_above(story):
    story.presses_again(alarm(2, kind=Kind.VIOLENCE), at=5)
    assert story.happens(LookAgain(), above(RW_HEAD, "RT1"), at=40) == []


def test_after_closing_nobody_above_is_told(story):
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None), at=10)
    assert story.happens(LookAgain(), above(RW_HEAD, "RT1"), at=40) == []


def test_an_rt_that_waits_is_not_forgotten_for_those_that_another_incident_told_long_ago(story):
    """Those above are told at once; its own RT has its thirty seconds still."""
    long_ago = tuple(Told(Person(f"p{n}", f"P{n}"), AreaRef(f"A{n}", f"A{n}"), after(-90), None) for n in range(7))
    merged = IncidentMerged(OPERATOR, "m", Pressed("r", 2, 2), (), tuple(f"A{n}" for n in range(7)), long_ago, (), NOON)
    story.states.append(evolve(story.incident, merged))
    story.happens(LookAgain(), above(RW_HEAD, "A0"), at=1)
    assert news_due(story.incident, POLICY) == after(30)
    [event] = story.happens(LookAgain(), above(COMMUNITY_OFFICER, "RT1"), at=30)
    assert (event.silent, [one.person for one in event.told]) == ((RT_1,), [COMMUNITY_OFFICER.person])


# Answers.


def test_a_representative_comes_and_may_change_their_mind(story):
    assert story.happens(AnswerNews("head-1", coming=True), at=7) == [RepresentativeAnswered("head-1", True, after(7))]
    assert story.happens(AnswerNews("head-1", coming=True), at=8) == []
    story.happens(AnswerNews("head-1", coming=False), at=9)
    [told] = story.incident.told
    assert (told.coming, told.received_at) == (False, after(7))


def test_only_those_who_were_told_answer(story):
    with pytest.raises(NotTold):
        story.happens(AnswerNews("head-2", coming=True))


def test_whom_only_the_journal_remembers_may_still_answer_and_gets_the_all_clear(story):
    facts = Facts(told_before=("head-9",))
    assert story.happens(AnswerNews("head-9", coming=True), facts) == [RepresentativeAnswered("head-9", True, NOON)]
    [closed] = story.happens(Close(OPERATOR, Disposition.RESOLVED, None), facts)
    assert closed.all_clear == ("head-9", "head-1")


def test_after_the_end_nobody_comes_any_more(story):
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None))
    with pytest.raises(IncidentClosed):
        story.happens(AnswerNews("head-1", coming=True))


# The exact place.


def test_the_place_is_shared_taken_back_and_forgotten_at_the_end(story):
    share, keep = SharePlace(OPERATOR, True, "cari sumur"), SharePlace(OPERATOR, False, None)
    assert story.happens(share, at=3) == [PlaceShared(OPERATOR, True, "cari sumur", after(3))]
    assert (story.incident.place_shared, story.happens(share, at=4)) == (True, [])
    story.happens(keep)
    assert not story.incident.place_shared
    story.happens(share)
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None))
    assert not story.incident.place_shared


def test_the_place_of_what_is_hidden_is_not_shared(story):
    story.happens(SharePlace(OPERATOR, True, None))
    story.presses_again(alarm(2, silent=True))
    assert not story.incident.place_shared
    with pytest.raises(NeighbourhoodHidden):
        story.happens(SharePlace(OPERATOR, True, None))


# All clear.


def test_everybody_who_was_told_hears_the_all_clear(story):
    story.happens(LookAgain(), above(RW_HEAD, "RT1"), at=30)
    [closed] = story.happens(Close(OPERATOR, Disposition.FALSE_ALARM, None), at=40)
    assert isinstance(closed, Closed)
    assert closed.all_clear == ("head-1", "rw-head")
    assert [one.recipient for one in effects(story.incident, closed)] == ["head-1", "rw-head"]


@pytest.mark.parametrize("disposition", Disposition)
def test_there_is_no_all_clear_while_the_emergency_goes_on_elsewhere(story, disposition):
    [closed] = story.happens(Close(OPERATOR, disposition, None))
    assert bool(closed.all_clear) is (disposition is not Disposition.DUPLICATE)


def test_there_is_no_all_clear_for_what_was_hidden(story):
    story.presses_again(alarm(2, kind=Kind.VIOLENCE))
    [closed] = story.happens(Close(OPERATOR, Disposition.RESOLVED, None))
    assert closed.all_clear == ()


# Quiet hours.

NIGHT = replace(POLICY, quiet_kinds=(Kind.MEDICAL,), quiet_from_min=22 * 60, quiet_to_min=5 * 60, utc_offset_min=7 * 60)
# NOON is noon in Semarang, 05:00 UTC.
AT_NIGHT = timedelta(hours=10)


@pytest.mark.parametrize(
    ("hours", "expected"), [(9.99, False), (10, True), (12, True), (16.99, True), (17, False), (0, False)]
)
def test_quiet_hours_go_past_midnight_in_the_citys_own_time(hours, expected):
    assert is_quiet(Kind.MEDICAL, now=NOON + timedelta(hours=hours), policy=NIGHT) is expected


def test_fire_is_never_quiet_unless_the_policy_says_so_and_equal_hours_mean_none():
    assert not is_quiet(Kind.FIRE, now=NOON + AT_NIGHT, policy=NIGHT)
    assert is_quiet(Kind.FIRE, now=NOON + AT_NIGHT, policy=replace(NIGHT, quiet_kinds=(Kind.FIRE,)))
    assert not is_quiet(Kind.MEDICAL, now=NOON + AT_NIGHT, policy=replace(NIGHT, quiet_to_min=22 * 60))


def test_while_it_is_quiet_sleep_is_no_silence_and_a_fire_ends_the_quiet():
    ill = alarm(kind=Kind.MEDICAL, origin=None, position=None)
    at = AT_NIGHT.total_seconds()
    story = Story.__new__(Story)
    story.policy, story.events, story.states = NIGHT, [], []
    story.happens(PressAlarm(ill, INCIDENT_ID), around(neighbours=(HEAD_1,)), at=at)
    assert (story.incident.quiet, len(story.incident.told)) == (True, 1)
    assert next_due(story.incident, NIGHT) is None
    assert decide(story.incident, LookAgain(), above(RW_HEAD, "RT1"), now=after(at + 60), policy=NIGHT) == []
    opened = structs.replace(story.incident, kind=Kind.EMERGENCY)
    events = decide(opened, PressAlarm(alarm(2, kind=Kind.FIRE), INCIDENT_ID), around(), now=after(at), policy=NIGHT)
    [event] = events
    assert isinstance(event, AlarmJoined)
    assert not event.quiet
