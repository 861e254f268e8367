"""Who is asked next, and when time acts."""

from dispatch.commands import AcceptOffer, Claim, Close, DeclineOffer, WithdrawOfficer
from dispatch.escalation import next_due, wanted_offers
from dispatch.events import OffersExpired, OffersMade
from dispatch.incident import Disposition
from tests.unit.dispatch.city import (
    FIFTH,
    FOURTH,
    NEAR,
    OPERATOR,
    POLICY,
    SECOND,
    SIXTH,
    THIRD,
    Story,
    after,
    alarm,
    around,
    policy_with,
    unlocated_alarm,
)

THREE = (NEAR, SECOND, THIRD)
SIX = (*THREE, FOURTH, FIFTH, SIXTH)


def test_the_next_nearest_are_asked_when_the_first_stay_silent():
    story = Story(alarm(), around(*SIX))
    expired, made = story.looks(*SIX, at=30)
    assert isinstance(expired, OffersExpired)
    assert isinstance(made, OffersMade)
    assert not made.new_round
    assert story.asked_now() == [FOURTH, FIFTH, SIXTH]


def test_nothing_happens_before_an_offer_is_over():
    story = Story(alarm(), around(*THREE))
    assert story.looks(*SIX, at=29.999) == []


def test_a_timer_that_fires_twice_asks_once():
    story = Story(alarm(), around(*SIX))
    story.looks(*SIX, at=30)
    assert story.looks(*SIX, at=30) == []


def test_open_places_are_filled_as_officers_appear():
    story = Story(alarm(), around(NEAR))
    story.looks(NEAR, SECOND, at=4)
    story.looks(*THREE, FOURTH, at=5)
    assert story.asked_now() == [NEAR, SECOND, THIRD]


def test_an_incident_that_waits_is_asked_about_as_soon_as_somebody_is_free():
    story = Story(alarm())
    assert story.looks(at=10) == []
    story.looks(NEAR, at=10.5)
    assert story.asked_now() == [NEAR]


def test_those_who_stayed_silent_are_asked_again_only_after_the_pause():
    story = Story(alarm(), around(*THREE))
    story.looks(*THREE, at=30)
    assert story.looks(*THREE, at=59.999) == []
    [made] = story.looks(*THREE, at=60)
    assert isinstance(made, OffersMade)
    assert made.new_round
    assert story.asked_now() == [*THREE]


def test_the_pause_counts_from_when_somebody_was_asked_last():
    story = Story(alarm(), around(*THREE))
    story.looks(*THREE, FOURTH, at=30)
    assert story.looks(*THREE, FOURTH, at=60)[0] == OffersExpired((story.offer_to(FOURTH),), after(60))
    assert story.asked_now() == []
    assert story.looks(*THREE, FOURTH, at=89) == []
    story.looks(*THREE, FOURTH, at=90)
    assert story.asked_now() == [*THREE]


def test_somebody_new_is_asked_before_those_who_stayed_silent():
    story = Story(alarm(), around(*THREE))
    story.looks(*THREE, at=30)
    story.looks(*THREE, FOURTH, at=60)
    assert story.asked_now() == [FOURTH]


def test_a_new_round_asks_nobody_who_still_holds_an_offer():
    story = Story(alarm(), around(NEAR, SECOND))
    story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), around(NEAR, SECOND), at=65)
    assert sorted(officer.id for officer in story.asked_now()) == [NEAR.id, SECOND.id]


def test_a_press_during_a_new_round_asks_nobody_who_still_holds_an_offer_of_the_last_one():
    story = Story(alarm(), around(NEAR, SECOND))
    story.happens(DeclineOffer(story.offer_to(NEAR), NEAR.id), around(NEAR, SECOND), at=65)
    story.presses_again(alarm(2), around(SECOND, NEAR), at=66)
    assert sorted(officer.id for officer in story.asked_now()) == [NEAR.id, SECOND.id]


def test_nobody_else_is_asked_once_somebody_comes():
    story = Story(alarm(), around(*THREE))
    story.accepts(NEAR)
    assert wanted_offers(story.incident, POLICY) == 0
    assert story.looks(*SIX, at=600) == []


def test_nobody_is_asked_for_a_closed_incident():
    story = Story(alarm())
    story.happens(Close(OPERATOR, Disposition.TEST, None), around(*THREE), at=1)
    assert story.looks(*THREE, at=10) == []


def test_the_first_open_offer_to_end_is_due():
    story = Story(alarm(), around(NEAR))
    story.looks(NEAR, SECOND, at=7)
    assert next_due(story.incident, POLICY) == after(30)
    story.looks(NEAR, SECOND, at=30)
    assert next_due(story.incident, POLICY) == after(37)


def test_an_incident_that_nobody_is_asked_about_is_soon_looked_at_again():
    assert next_due(Story(alarm()).incident, POLICY) == after(10)
    assert next_due(Story(alarm()).incident, policy_with(retry_s=4.0)) == after(4)


def test_after_the_last_offer_ended_the_next_look_lies_ahead():
    expired = Story(alarm(), around(*THREE))
    expired.looks(at=31)
    assert next_due(expired.incident, POLICY) == after(41)
    declined = Story(alarm(), around(NEAR))
    declined.happens(DeclineOffer(declined.offer_to(NEAR), NEAR.id), at=12)
    assert next_due(declined.incident, POLICY) == after(22)
    withdrawn = Story(alarm(), around(NEAR))
    withdrawn.happens(WithdrawOfficer(NEAR.id), at=13)
    assert next_due(withdrawn.incident, POLICY) == after(23)


def test_an_operators_words_move_no_deadline():
    story = Story(alarm(), around(*THREE))
    story.happens(Claim(OPERATOR), at=20)
    assert next_due(story.incident, POLICY) == after(30)


def test_nothing_is_due_once_it_is_claimed_and_somebody_comes_or_the_incident_is_closed():
    story = Story(alarm(), around(*THREE))
    story.happens(Claim(OPERATOR))
    story.happens(AcceptOffer(story.offer_to(NEAR), NEAR.id), at=1)
    assert next_due(story.incident, POLICY) is None
    closed = Story(alarm())
    closed.happens(Close(OPERATOR, Disposition.TEST, None), at=1)
    assert next_due(closed.incident, POLICY) is None


def test_an_incident_that_nobody_can_find_sounds_again_a_minute_after_an_operator_acted():
    story = Story(unlocated_alarm())
    assert story.incident.nobody_left_at == after(0)
    story.happens(Claim(OPERATOR), at=5)
    assert next_due(story.incident, POLICY) == after(65)
    story.looks(at=65)
    assert story.incident.nobody_left_at == after(65)
    assert next_due(story.incident, POLICY) is None
