"""What a push says, and for how long it is worth saying."""

from datetime import timedelta

from panic_server.push.message import data_of, deadline_of, ttl_s
from tests.fake_fcm.pushes import NOON, a_piece_of_news, a_push


def test_an_offers_data_is_type_and_ids_alone() -> None:
    data = data_of(a_push(1, silent=True))
    assert data == {"type": "offer", "push_id": "push-1", "incident_id": "incident-1", "offer_id": "offer-1"}


def test_of_an_exercise_the_push_says_that_it_is_one() -> None:
    assert data_of(a_push(1, drill=True)) == {**data_of(a_push(1)), "drill": "true"}


def test_news_without_an_offer_leaves_the_offer_id_out() -> None:
    data = data_of(a_piece_of_news(1))
    assert data == {"type": "neighbourhood", "push_id": "push-1", "incident_id": "incident-1"}


def test_the_recipient_is_not_in_the_data() -> None:
    assert "officer-1" not in data_of(a_push(1)).values()


def test_the_time_to_live_is_what_is_left_until_the_expiry_rounded_up() -> None:
    assert ttl_s(a_push(1), now=NOON + timedelta(seconds=10.4)) == 20


def test_the_time_to_live_is_never_zero_because_fcm_then_drops_what_it_cannot_deliver_at_once() -> None:
    assert ttl_s(a_push(1), now=NOON + timedelta(seconds=30)) == 1


def test_a_push_without_expiry_is_given_up_an_hour_after_it_was_made() -> None:
    assert deadline_of(a_piece_of_news(1)) == NOON + timedelta(hours=1)
