"""Who may see an incident."""

from dispatch.audience import audience
from dispatch.commands import ChangeAssignment, Close, DeclineOffer
from dispatch.incident import AssignmentStatus, Disposition
from tests.unit.dispatch.city import (
    NEAR,
    OPERATOR,
    RT_1,
    RT_2,
    SECOND,
    SECTOR,
    Story,
    alarm,
    around,
    place_in,
    unlocated_alarm,
)


def test_operators_of_every_sector_and_representatives_of_every_candidate_see_it():
    place = place_in(RT_1, candidates=(RT_1, RT_2))
    seen_by = audience(Story(alarm(place=place)).incident)
    assert (seen_by.sectors, seen_by.areas) == ((SECTOR.code,), ("RT1", "RT2"))


def test_an_incident_without_a_place_has_no_sectors_and_no_neighbourhood():
    seen_by = audience(Story(unlocated_alarm()).incident)
    assert (seen_by.sectors, seen_by.areas, seen_by.responders) == ((), (), ())


def test_whoever_is_asked_sees_it_until_the_offer_ends():
    story = Story(alarm(), around(NEAR, SECOND))
    assert audience(story.incident).responders == (NEAR.id, SECOND.id)
    story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), at=1)
    assert audience(story.incident).responders == (SECOND.id,)


def test_after_somebody_accepted_only_that_officer_sees_it_until_clear():
    story = Story(alarm(), around(NEAR, SECOND))
    story.accepts(SECOND)
    assert audience(story.incident).responders == (SECOND.id,)
    story.happens(ChangeAssignment(story.offer_to(SECOND), SECOND.id, AssignmentStatus.CLEAR), at=9)
    assert audience(story.incident).responders == ()


def test_no_officer_sees_a_closed_incident():
    story = Story(alarm(), around(NEAR, SECOND))
    story.happens(Close(OPERATOR, Disposition.UNFOUNDED, None))
    assert audience(story.incident).responders == ()
