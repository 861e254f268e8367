"""What the RT may know."""

from dataclasses import replace

import pytest
from msgspec import structs

from dispatch.incident import Kind
from dispatch.neighbourhood import areas_told, representatives_told
from geo.areas import AreaRef
from tests.unit.dispatch.city import (
    HEAD_1,
    HEAD_2,
    NOON,
    POLICY,
    RT_1,
    RT_2,
    RT_3,
    RW_HEAD,
    Story,
    alarm,
    around,
    place_in,
)

HEADS = around(neighbours=(HEAD_1, HEAD_2))
SEVERAL = place_in(RT_1, candidates=(RT_2, RT_1, RT_3))
HIDDEN = [{"kind": Kind.VIOLENCE}, {"silent": True}]


def test_the_representatives_of_every_rt_where_it_may_be_are_told():
    assert areas_told(alarm(place=SEVERAL), POLICY) == ("RT1", "RT2", "RT3")


def test_only_the_containing_rt_is_told_when_there_are_too_many():
    assert areas_told(alarm(place=place_in(RT_1, candidates=(RT_2, RT_1), truncated=True)), POLICY) == ("RT1",)


def test_nobody_is_told_of_too_many_rt_when_none_contains_the_place():
    assert areas_told(alarm(place=place_in(None, candidates=(RT_2, RT_3), truncated=True)), POLICY) == ()


def test_where_no_rt_is_mapped_the_deepest_area_that_is_known_is_told():
    village, rw = AreaRef("KEL1", "Kelurahan 1"), AreaRef("RW1", "RW 001")
    nowhere = place_in(None)
    assert areas_told(alarm(place=replace(nowhere, rw=rw, village=village)), POLICY) == ("RW1",)
    assert areas_told(alarm(place=replace(nowhere, village=village)), POLICY) == ("KEL1",)
    assert areas_told(alarm(place=replace(nowhere, district=village, city=village)), POLICY) == ()
    assert areas_told(alarm(place=replace(nowhere, rw=rw, candidates=(RT_2,))), POLICY) == ("RW1", "RT2")


@pytest.mark.parametrize("hidden", HIDDEN)
def test_violence_and_silent_alarms_never_reach_the_rt(hidden):
    story = Story(alarm(place=SEVERAL, **hidden), HEADS)
    assert (story.incident.neighbourhood, story.incident.told) == ((), ())


@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_rt_hears_nothing_more_once_a_press_is_hidden(hidden):
    story = Story(alarm(kind=Kind.CRIME), around(neighbours=(HEAD_1,)))
    story.presses_again(alarm(2, **hidden), HEADS)
    story.presses_again(alarm(3, kind=Kind.FIRE, place=SEVERAL), HEADS)
    assert [state.neighbourhood for state in story.states] == [("RT1",), (), ()]
    assert [told.person for told in story.incident.told] == [HEAD_1.person]


def test_a_press_from_the_next_rt_tells_that_one_too_and_nobody_twice():
    story = Story(alarm(), around(neighbours=(HEAD_1,)))
    story.presses_again(alarm(2, place=SEVERAL), HEADS)
    assert [told.person for told in story.incident.told] == [HEAD_1.person, HEAD_2.person]
    assert story.incident.neighbourhood == ("RT1", "RT2", "RT3")


def test_only_representatives_of_the_told_rt_are_told():
    told = representatives_told(("RT2",), HEADS, known=frozenset(), now=NOON)
    assert [(one.person, one.area, one.told_at, one.received_at) for one in told] == [(HEAD_2.person, RT_2, NOON, None)]


def test_a_policy_may_keep_kinds_from_the_neighbourhood():
    policy = replace(POLICY, untold_kinds=(Kind.MEDICAL,))
    assert areas_told(alarm(kind=Kind.MEDICAL), policy) == ()
    assert areas_told(alarm(kind=Kind.FIRE), policy) == ("RT1",)


def test_where_nobody_answers_for_the_rt_its_rw_is_told_and_may_look():
    story = Story(alarm(), around(neighbours=(structs.replace(RW_HEAD, instead_of="RT1"),)))
    assert [told.person for told in story.incident.told] == [RW_HEAD.person]
    assert story.incident.neighbourhood == ("RT1", "RW1")
