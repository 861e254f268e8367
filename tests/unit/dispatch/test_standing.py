"""What becomes of a phone's alarms is remembered, and decides nothing."""

import pytest
from msgspec.structs import replace

from dispatch.commands import Close
from dispatch.facts import Facts
from dispatch.incident import Disposition, Standing
from dispatch.policy import Policy
from dispatch.standing import NO_STANDING, Ended, Trust, counted, ended, trust
from tests.unit.dispatch.city import HEAD_1, NEAR, OPERATOR, SECOND, Story, alarm, candidates


def closed(disposition: Disposition, *, drill: bool = False) -> Story:
    story = Story(alarm(drill=drill))
    story.happens(Close(OPERATOR, disposition, None))
    return story


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (Disposition.RESOLVED, "genuine"),
        (Disposition.FALSE_ALARM, "false_alarms"),
        (Disposition.PRANK, "pranks"),
    ],
)
def test_how_an_incident_ends_counts_for_its_phone_and_is_taken_back_with_the_end(disposition, name):
    before, after = closed(disposition).states
    [one] = ended(before, after)
    assert one == Ended("resident-1", disposition, 1)
    assert counted(NO_STANDING, one) == replace(NO_STANDING, **{name: 1})
    [back] = ended(after, before)
    assert counted(counted(NO_STANDING, one), back) == NO_STANDING


@pytest.mark.parametrize("disposition", [Disposition.TEST, Disposition.DUPLICATE, Disposition.UNFOUNDED])
def test_what_says_nothing_about_the_caller_counts_for_nothing(disposition):
    assert ended(*closed(disposition).states) == []


def test_exercises_count_for_nobody():
    assert ended(*closed(Disposition.PRANK, drill=True).states) == []


def test_what_changes_no_end_counts_for_nothing():
    story = closed(Disposition.PRANK)
    assert ended(story.incident, replace(story.incident, version=9)) == []
    assert ended(None, story.states[0]) == []


@pytest.mark.parametrize(
    ("genuine", "false_alarms", "pranks", "expected"),
    [
        (0, 0, 0, Trust.UNKNOWN),
        (1, 0, 0, Trust.PROVEN),
        (0, 0, 1, Trust.UNKNOWN),
        (0, 1, 1, Trust.DOUBTFUL),
        (2, 1, 1, Trust.UNKNOWN),
        (5, 1, 1, Trust.PROVEN),
        (3, 0, 9, Trust.DOUBTFUL),
    ],
)
def test_a_phone_is_doubtful_only_when_most_speaks_against_it(genuine, false_alarms, pranks, expected):
    assert trust(Standing(genuine, false_alarms, pranks), Policy()) is expected


def test_the_worst_standing_changes_neither_who_is_asked_nor_who_is_told_nor_when():
    facts = Facts(candidates(NEAR, SECOND), (HEAD_1,))
    usual = Story(alarm(), facts).incident
    doubtful = Story(alarm(), replace(facts, standing=Standing(0, 50, 50))).incident
    assert replace(doubtful, standing=None) == usual
    assert doubtful.standing == Standing(0, 50, 50)
