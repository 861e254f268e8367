"""How far officers are asked: a ring for each step, wider as time passes, and who is asked instead of somebody."""

from collections.abc import Mapping

from dispatch.commands import DeclineOffer, LookAgain, ReceiveOffer
from dispatch.events import OffersMade
from dispatch.facts import Candidate, Facts
from dispatch.incident import Person
from tests.unit.dispatch.city import FIFTH, FOURTH, NEAR, SECOND, SIXTH, THIRD, Story, alarm, policy_with

POLICY = policy_with(rings_m=(500.0, 1000.0, 2000.0), offer_timeout_s=10.0, receipt_s=4.0, claim_s=())
CITY = {NEAR: 100.0, SECOND: 200.0, THIRD: 300.0, FOURTH: 400.0, FIFTH: 900.0, SIXTH: 1900.0}
SEVENTH, EIGHTH = Person("officer-7", "Officer 7"), Person("officer-8", "Officer 8")


def at_metres(distances: Mapping[Person, float | None], *, stale: tuple[Person, ...] = ()) -> Facts:
    candidates = [Candidate(officer, distance_m, True, officer in stale) for officer, distance_m in distances.items()]
    return Facts(candidates=tuple(candidates))


def receipts(story: Story, *officers: Person, at: float) -> None:
    for officer in officers:
        story.happens(ReceiveOffer(story.offer_to(officer), officer.id), at=at)


def first_three_receipt() -> Story:
    story = Story(alarm(), at_metres(CITY), policy=POLICY)
    receipts(story, NEAR, SECOND, THIRD, at=1)
    return story


def looks(story: Story, facts: Facts, *, at: float) -> list[Person]:
    """Who is asked by it."""
    events = story.happens(LookAgain(), facts, at=at)
    return [offer.officer for event in events if isinstance(event, OffersMade) for offer in event.offers]


def test_when_a_steps_time_is_over_the_next_ring_is_asked_although_somebody_still_thinks_about_it() -> None:
    story = first_three_receipt()
    story.happens(DeclineOffer(story.offer_to(THIRD), THIRD.id), at_metres(CITY), at=6)
    receipts(story, FOURTH, at=7)
    assert story.asked_now() == [NEAR, SECOND, FOURTH]

    assert looks(story, at_metres(CITY), at=10) == [FIFTH]
    assert (story.incident.step, story.asked_now()) == (1, [FOURTH, FIFTH])


def test_until_then_only_who_falls_out_is_replaced_from_beyond_the_ring() -> None:
    near = {NEAR: 100.0, SECOND: 200.0, THIRD: 300.0, FIFTH: 900.0, SIXTH: 1900.0}
    story = Story(alarm(), at_metres(near), policy=POLICY)
    receipts(story, NEAR, SECOND, at=1)

    assert looks(story, at_metres(near), at=4) == [FIFTH]
    assert story.incident.step == 0
    assert looks(story, at_metres(near), at=4.5) == []


def test_a_step_lasts_as_long_as_an_offer_from_when_its_ring_was_asked_first() -> None:
    story = first_three_receipt()
    story.happens(DeclineOffer(story.offer_to(THIRD), THIRD.id), at_metres(CITY), at=6)
    receipts(story, FOURTH, at=7)
    looks(story, at_metres(CITY), at=10)
    receipts(story, FIFTH, at=11)

    # The fourth's offer ends at 16, in the step that began at 10.
    assert looks(story, at_metres(CITY), at=16) == []
    assert looks(story, at_metres(CITY), at=20) == [SIXTH]
    assert story.incident.step == 2


def test_an_empty_ring_is_skipped_once_nobody_thinks_about_it_any_more() -> None:
    far = {NEAR: 100.0, SECOND: 200.0, THIRD: 300.0, SIXTH: 1900.0}
    story = Story(alarm(), at_metres(far), policy=POLICY)
    receipts(story, NEAR, SECOND, THIRD, at=1)

    assert looks(story, at_metres(far), at=10) == [SIXTH]
    assert story.incident.step == 2


def test_beyond_the_last_ring_is_the_city_and_behind_it_who_is_where_nobody_knows() -> None:
    far = {**CITY, SEVENTH: 9000.0, EIGHTH: None}
    stale = at_metres({**far, NEAR: 50.0}, stale=(NEAR,))
    story = Story(alarm(), stale, policy=POLICY)
    assert story.asked_now() == [SECOND, THIRD, FOURTH]
    steps = []
    for number in range(1, 8):
        asked = looks(story, stale, at=10.0 * number)
        receipts(story, *asked, at=10.0 * number + 1)
        steps.append((story.incident.step, asked))
    assert steps[:4] == [(1, [FIFTH]), (2, [SIXTH]), (3, [SEVENTH, EIGHTH]), (4, [NEAR])]


def test_a_new_round_begins_with_the_first_ring() -> None:
    story = first_three_receipt()
    for at in (10.0, 20.0, 30.0):
        receipts(story, *looks(story, at_metres(CITY), at=at), at=at + 1)
    assert story.incident.step == 2

    asked = looks(story, at_metres(CITY), at=90)

    assert (story.incident.step, asked) == (0, [NEAR, SECOND, THIRD])
