"""The order in which pushes go out, decided without a clock."""

from datetime import datetime, timedelta

import pytest

from panic_server.push.port import Push
from panic_server.push.waiting import Errand, Waiting
from tests.fake_fcm.pushes import NOON, a_piece_of_news, a_push


@pytest.fixture
def waiting() -> Waiting:
    return Waiting(limit=1000)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def put(waiting: Waiting, *pushes: Push) -> None:
    for push in pushes:
        waiting.put(Errand(push), now=NOON)


def taken(waiting: Waiting, *, room: int = 100, again_room: int = 100, now: datetime = NOON) -> list[int]:
    return [errand.push.seq for errand in waiting.take(now=now, room=room, again_room=again_room)]


def test_offers_go_before_news_and_the_oldest_first(waiting: Waiting) -> None:
    put(waiting, a_piece_of_news(1), a_push(4), a_piece_of_news(2), a_push(3))
    assert taken(waiting) == [3, 4, 1, 2]


def test_what_nobody_knows_yet_goes_before_later_rings_and_the_ends_of_older_offers(waiting: Waiting) -> None:
    put(waiting, a_push(1, rings_again=True), a_piece_of_news(5), a_push(4), a_push(3, kind="offer_withdrawn"))
    assert taken(waiting) == [4, 5, 1, 3]


def test_no_more_is_taken_than_there_is_room_for(waiting: Waiting) -> None:
    put(waiting, *(a_push(number) for number in range(5)))
    assert (taken(waiting, room=2), len(waiting)) == ([0, 1], 3)


def test_a_failed_push_waits_for_its_time(waiting: Waiting) -> None:
    put(waiting, a_push(1, attempts=1, next_attempt_at=after(5)))
    assert (taken(waiting, now=after(4.9)), taken(waiting, now=after(5))) == ([], [1])


def test_a_push_that_was_never_tried_waits_for_nothing(waiting: Waiting) -> None:
    put(waiting, a_push(1, next_attempt_at=after(15)))
    assert taken(waiting) == [1]


def test_failed_pushes_leave_room_for_new_ones(waiting: Waiting) -> None:
    put(waiting, *(a_push(number, attempts=1) for number in range(10)), *(a_push(number) for number in range(10, 13)))
    assert taken(waiting, room=5, again_room=2) == [0, 1, 10, 11, 12]


def test_without_room_for_failed_pushes_only_new_ones_go(waiting: Waiting) -> None:
    put(waiting, a_push(1, attempts=1), a_push(2))
    assert taken(waiting, again_room=-1) == [2]


def test_a_withdrawn_offer_is_not_taken_but_the_news_of_it_is(waiting: Waiting) -> None:
    put(waiting, a_push(1), a_push(2, kind="offer_withdrawn", offer_id="offer-1"), a_push(3))
    withdrawn = [errand.push.seq for errand in waiting.withdraw(["offer-1", "offer-unknown"])]
    assert (withdrawn, taken(waiting)) == ([1], [3, 2])


def test_a_withdrawn_offer_is_found_while_it_waits_for_its_next_try(waiting: Waiting) -> None:
    put(waiting, a_push(1, attempts=1, next_attempt_at=after(5)))
    waiting.withdraw(["offer-1"])
    assert (taken(waiting, now=after(6)), len(waiting)) == ([], 0)


def test_expired_pushes_come_out_at_their_deadline(waiting: Waiting) -> None:
    put(waiting, a_push(1, expires_at=after(10)), a_push(2, expires_at=after(20)))
    assert [errand.push.seq for errand in waiting.expired(after(10))] == [1]


def test_an_expired_push_is_not_taken_afterwards(waiting: Waiting) -> None:
    put(waiting, a_push(1, expires_at=after(10)), a_push(2, expires_at=after(20)))
    waiting.expired(after(10))
    assert taken(waiting, now=after(10)) == [2]


def test_what_was_taken_does_not_expire(waiting: Waiting) -> None:
    put(waiting, a_push(1))
    taken(waiting)
    assert waiting.expired(after(100)) == []


def test_it_knows_when_to_look_again(waiting: Waiting) -> None:
    put(waiting, a_push(1), a_push(2, attempts=1, next_attempt_at=after(7)))
    assert waiting.next_time() == after(7)


def test_it_need_not_look_again_when_nothing_waits(waiting: Waiting) -> None:
    put(waiting, a_push(1, attempts=1, next_attempt_at=after(7)))
    waiting.withdraw(["offer-1"])
    assert waiting.next_time() is None


def test_news_beyond_the_limit_has_no_room_while_offers_have(waiting: Waiting) -> None:
    put(waiting, *(a_piece_of_news(number) for number in range(1000)))
    assert (waiting.has_room(urgent=False), waiting.has_room(urgent=True)) == (False, True)


def test_withdrawn_pushes_leave_no_memory_behind(waiting: Waiting) -> None:
    for number in range(5000):
        put(waiting, a_push(number))
        waiting.withdraw([f"offer-{number}"])
    shelves = (waiting._new, waiting._again, waiting._later, waiting._deadlines)
    assert max(len(shelf._heap) for shelf in shelves) <= 1001
    assert waiting._offers == {}


def test_an_errand_that_comes_back_can_be_taken_again(waiting: Waiting) -> None:
    put(waiting, a_push(1))
    [errand] = waiting.take(now=NOON, room=1, again_room=1)
    waiting.put(errand, now=NOON)
    assert (taken(waiting), len(waiting)) == ([1], 0)
