"""When an incident was first acted on, and when it ended: read off its states."""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from dispatch.commands import AddNote, ChangeAssignment, Claim, Close, Release
from dispatch.incident import AssignmentStatus, Disposition, Incident, Status
from dispatch.moments import Moment, is_arrival_undone, moments_between
from tests.unit.dispatch.city import NEAR, OPERATOR, OTHER_OPERATOR, SECOND, Story, alarm, around


def moments_of(story: Story) -> list[Moment]:
    states: list[Incident | None] = [None, *story.states]
    return [one for before, after in pairwise(states) if after for one in moments_between(before, after)]


def reported(story: Story, status: AssignmentStatus) -> None:
    story.happens(ChangeAssignment(story.offer_to(NEAR), NEAR.id, status), at=100)


def test_a_story_has_its_moments_in_order() -> None:
    story = Story(alarm(), around(NEAR, SECOND))
    story.happens(AddNote(OPERATOR, "called back"))
    story.happens(Claim(OPERATOR))
    story.accepts(NEAR)
    reported(story, AssignmentStatus.ON_SCENE)
    reported(story, AssignmentStatus.CLEAR)
    story.happens(Close(OPERATOR, Disposition.RESOLVED, None))
    story.happens(AddNote(OPERATOR, "report written"))
    assert moments_of(story) == [Moment.CLAIMED, Moment.ACCEPTED, Moment.ON_SCENE, Moment.CLOSED]


def test_an_alarm_alone_and_an_offer_that_nobody_answers_are_no_moments() -> None:
    story = Story(alarm(), around(NEAR))
    story.looks(SECOND, at=120)
    assert moments_of(story) == []


def test_each_operator_who_claims_is_one_and_the_journal_keeps_the_first() -> None:
    story = Story()
    for operator in (OPERATOR, OTHER_OPERATOR):
        story.happens(Claim(operator))
        story.happens(Release(operator))
    assert moments_of(story) == [Moment.CLAIMED, Moment.CLAIMED]


def test_an_incident_that_is_opened_again_ends_again() -> None:
    closed = Story()
    closed.happens(Close(OPERATOR, Disposition.FALSE_ALARM, None))
    reopened = replace(closed.incident, status=Status.OPEN, disposition=None)
    assert list(moments_between(closed.incident, reopened)) == []
    assert list(moments_between(reopened, closed.incident)) == [Moment.CLOSED]


def test_an_arrival_that_was_corrected_is_undone_and_one_that_is_only_forgotten_is_not() -> None:
    story = Story(alarm(), around(NEAR))
    story.accepts(NEAR)
    on_the_way = story.incident
    reported(story, AssignmentStatus.ON_SCENE)
    there = story.incident
    assert is_arrival_undone(there, on_the_way)
    assert not is_arrival_undone(on_the_way, there)
    assert not is_arrival_undone(None, on_the_way)
    assert not is_arrival_undone(there, replace(there, assignments=()))
    assert not is_arrival_undone(there, there)
