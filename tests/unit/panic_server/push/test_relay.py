"""The relay between an outbox and a sender in memory, with time that a test moves."""

from datetime import timedelta

from panic_server.push.port import EndReason, Outcome, PushResult, Verdict
from tests.fake_fcm.pushes import NOON, a_device, a_piece_of_news, a_push, settled
from tests.unit.panic_server.push.relaying import House


async def test_a_committed_push_is_sent_without_reading_the_outbox(house: House) -> None:
    house.relay.wake([a_push(1)])
    await settled()
    assert house.sent() == ["push-1"]


async def test_what_fcm_accepts_is_recorded(house: House) -> None:
    await house.commit(a_push(1))
    await house.answer(1, Verdict.ACCEPTED)
    assert house.result(1) == PushResult("push-1", Outcome.ACCEPTED, NOON, 1)


async def test_pushes_left_by_an_earlier_process_are_sent_at_the_start(house: House) -> None:
    house.outbox.add([a_push(1)])
    await house.start()
    assert house.sent() == ["push-1"]


async def test_an_offer_that_ended_while_its_process_was_down_rings_no_more(house: House) -> None:
    """Another process ended it, or this one before it could say so: the news of its end still goes out."""
    house.outbox.add([a_push(1), a_push(2), a_push(3, kind="offer_withdrawn", offer_id="offer-2")])
    house.outbox.over.add("offer-2")
    await house.start()
    assert (house.sent(), house.end_of(2)) == (["push-1", "push-3"], EndReason.WITHDRAWN)


async def test_a_push_whose_result_was_not_recorded_is_sent_again_under_the_same_id(house: House) -> None:
    await house.commit(a_push(1))
    await house.start()
    await house.answer(1, Verdict.ACCEPTED)
    assert (house.sent(), house.end_of(1)) == (["push-1"], Outcome.ACCEPTED)


async def test_the_same_push_is_not_taken_twice(house: House) -> None:
    await house.commit(a_push(1))
    house.relay.wake([a_push(1)])
    await house.passes(20)
    assert house.sent() == ["push-1"]


async def test_a_push_to_somebody_without_a_device_ends(house: House) -> None:
    await house.commit(a_push(1, recipient="nobody"))
    assert (house.sent(), house.end_of(1)) == ([], EndReason.NO_DEVICE)


async def test_a_webpush_device_alone_counts_as_no_device(house: House) -> None:
    house.outbox.register(a_device(200, kind="webpush"))
    await house.commit(a_push(200))
    assert house.end_of(200) is EndReason.NO_DEVICE


async def test_all_devices_of_a_person_get_the_push(house: House) -> None:
    house.outbox.register(a_device(1, value="second"))
    await house.commit(a_push(1))
    assert {delivery.device.value for delivery in house.sender.submitted} == {"device-1", "second"}


async def test_one_device_that_takes_it_is_enough(house: House) -> None:
    house.outbox.register(a_device(1, value="second"))
    await house.commit(a_push(1))
    await house.answer(1, Verdict.DEAD_DEVICE)
    house.sender.answer("second", Verdict.ACCEPTED)
    await settled()
    assert house.end_of(1) is Outcome.ACCEPTED


async def test_a_retry_leaves_out_the_devices_that_have_it(house: House) -> None:
    house.outbox.register(a_device(1, value="second"))
    await house.commit(a_push(1))
    await house.answer(1, Verdict.ACCEPTED)
    house.sender.answer("second", Verdict.UNAVAILABLE)
    await house.passes(1)
    assert [delivery.device.value for delivery in house.sender.submitted[2:]] == ["second"]


async def test_a_device_that_stays_silent_until_the_expiry_does_not_unmake_the_acceptance_of_another(
    house: House,
) -> None:
    house.outbox.register(a_device(1, value="second"))
    await house.commit(a_push(1))
    await house.answer(1, Verdict.ACCEPTED)
    house.sender.answer("second", Verdict.QUOTA)
    await settled()
    assert house.end_of(1) is Outcome.ACCEPTED


async def test_a_failed_push_is_recorded_for_a_later_try(house: House) -> None:
    await house.commit(a_push(1))
    await house.answer(1, Verdict.UNAVAILABLE)
    [push] = house.outbox.pending()
    assert (push.attempts, push.next_attempt_at) == (1, NOON + timedelta(seconds=1))


async def test_a_failed_push_is_tried_again_when_its_time_has_come(house: House) -> None:
    await house.commit(a_push(1))
    await house.answer(1, Verdict.UNAVAILABLE)
    await house.passes(0.9)
    assert house.sent() == ["push-1"]
    await house.passes(0.2)
    assert house.sent() == ["push-1", "push-1"]


async def test_retry_after_is_honoured(house: House) -> None:
    await house.commit(a_push(1))
    await house.answer(1, Verdict.UNAVAILABLE, 12)
    await house.passes(11.9)
    assert house.sent() == ["push-1"]
    await house.passes(0.2)
    assert house.sent() == ["push-1", "push-1"]


async def test_a_push_that_could_only_be_tried_after_its_expiry_ends_at_once(house: House) -> None:
    await house.commit(a_push(1))
    await house.answer(1, Verdict.UNAVAILABLE, 31)
    assert house.end_of(1) is EndReason.EXPIRED


async def test_an_offer_that_could_not_be_sent_in_time_ends(house: House) -> None:
    house.sender.window = 0
    await house.commit(a_push(1))
    await house.passes(30)
    assert (house.sent(), house.end_of(1)) == ([], EndReason.EXPIRED)


async def test_a_withdrawn_offer_is_not_sent_any_more(house: House) -> None:
    house.sender.window = 0
    await house.commit(a_push(1))
    house.relay.withdraw(["offer-1"])
    house.sender.window = 100
    await house.commit(a_push(1, id="push-2", kind="offer_withdrawn"))
    assert (house.sent(), house.end_of(1)) == (["push-2"], EndReason.WITHDRAWN)


async def test_an_offer_withdrawn_while_under_way_is_not_tried_again(house: House) -> None:
    await house.commit(a_push(1))
    house.relay.withdraw(["offer-1"])
    await house.answer(1, Verdict.UNAVAILABLE)
    assert house.end_of(1) is EndReason.WITHDRAWN


async def test_an_offer_that_was_withdrawn_before_it_was_read_is_not_sent(house: House) -> None:
    house.relay.withdraw(["offer-1"])
    await house.commit(a_push(1))
    assert (house.sent(), house.end_of(1)) == ([], EndReason.WITHDRAWN)


async def test_a_dead_device_is_forgotten(house: House) -> None:
    await house.commit(a_push(1))
    await house.answer(1, Verdict.DEAD_DEVICE)
    assert house.end_of(1) is EndReason.DEAD_DEVICE
    assert await house.outbox.devices_of(["officer-1"]) == {}


async def test_a_refused_message_ends_and_is_shown_for_a_while(house: House) -> None:
    await house.commit(a_push(1))
    await house.answer(1, Verdict.REFUSED)
    assert (house.end_of(1), house.relay.degraded()) == (EndReason.REFUSED, ["push_refused"])
    await house.passes(300)
    assert house.relay.degraded() == []


async def test_without_configuration_pushes_end_as_such(house: House) -> None:
    await house.commit(a_push(1))
    await house.answer(1, Verdict.NOT_CONFIGURED)
    assert house.end_of(1) is EndReason.NOT_CONFIGURED


async def test_what_was_lost_with_a_child_is_sent_again_at_once(house: House) -> None:
    await house.commit(a_push(1))
    await house.answer(1, Verdict.LOST)
    assert house.sent() == ["push-1", "push-1"]


async def test_three_failures_in_a_row_are_told_and_a_success_ends_it(house: House) -> None:
    await house.commit(a_push(1), a_push(2), a_push(3))
    await house.answer(1, Verdict.UNAVAILABLE)
    await house.answer(2, Verdict.UNAVAILABLE)
    assert house.relay.degraded() == []
    await house.answer(3, Verdict.UNAVAILABLE)
    assert house.relay.degraded() == ["push_failing"]
    await house.commit(a_push(4))
    await house.answer(4, Verdict.ACCEPTED)
    assert house.relay.degraded() == []


async def test_what_the_sender_says_of_itself_is_passed_on(house: House) -> None:
    house.sender.words = ["push_down"]
    assert house.relay.degraded() == ["push_down"]


async def test_when_all_fails_only_a_few_probes_go_out_until_one_gets_through(house: House) -> None:
    await house.commit(*(a_push(number) for number in range(10)))
    house.sender.answer_all(Verdict.UNAVAILABLE)
    await house.commit(*(a_push(number) for number in range(10, 40)))
    assert len(house.sent()) == 10
    await house.passes(1.1)
    assert len(house.sent()) == 14
    house.sender.answer_all(Verdict.ACCEPTED)
    await settled()
    assert len(house.sent()) == 50


async def test_results_are_kept_until_the_database_is_back(house: House) -> None:
    await house.commit(a_push(1))
    house.outbox.available = False
    await house.answer(1, Verdict.ACCEPTED)
    house.outbox.available = True
    await house.passes(2)
    assert (house.end_of(1), house.sent()) == (Outcome.ACCEPTED, ["push-1"])


async def test_pushes_wait_until_their_devices_can_be_read(house: House) -> None:
    house.outbox.available = False
    await house.commit(a_push(1))
    assert house.sent() == []
    house.outbox.available = True
    await house.passes(2)
    assert house.sent() == ["push-1"]


async def test_however_long_the_database_was_away_pushes_go_out_within_a_second_of_its_return(house: House) -> None:
    """Offers that are made then are over in ten seconds."""
    house.outbox.available = False
    await house.commit(a_push(1, expires_at=None))
    for _ in range(400):
        await house.passes(0.1)
    house.outbox.available = True
    await house.commit(a_push(2, expires_at=None))
    await house.passes(1)
    assert house.sent() == ["push-1", "push-2"]


async def test_a_push_that_nobody_told_us_about_is_found(house: House) -> None:
    house.outbox.add([a_push(1)])
    await house.passes(10)
    assert house.sent() == ["push-1"]


async def test_stopping_records_what_is_known(house: House) -> None:
    await house.commit(a_push(1))
    house.sender.answer("device-1", Verdict.ACCEPTED)
    await house.relay.stop()
    assert house.end_of(1) is Outcome.ACCEPTED


async def test_more_than_fits_in_memory_is_read_from_the_outbox_until_all_is_sent() -> None:
    house = House(limit=10)
    await house.start()
    house.sender.verdict = Verdict.ACCEPTED
    await house.commit(*(a_piece_of_news(number) for number in range(100)))
    await house.passes(0.1)
    assert (sorted(house.sent()), len(house.outbox.pending())) == (sorted(f"push-{n}" for n in range(100)), 0)
    await house.relay.stop()


async def test_memory_holds_no_more_than_its_limit_of_each_class() -> None:
    house = House(limit=10)
    await house.start()
    house.sender.window = 0
    await house.commit(
        *(a_piece_of_news(number) for number in range(60)), *(a_push(number) for number in range(60, 90))
    )
    assert len(house.relay._waiting) == 20
    await house.relay.stop()


async def test_withdrawn_offers_are_counted(house: House) -> None:
    house.sender.window = 0
    await house.commit(a_push(1), a_push(2))
    house.relay.withdraw(["offer-1", "offer-2"])
    await settled()
    labels = {"outcome": "ended", "reason": "withdrawn"}
    assert house.registry.get_sample_value("kentongan_push_results_total", labels) == 2


async def test_what_is_recorded_is_held_no_longer(house: House) -> None:
    await house.commit(a_push(1), a_push(2, recipient="nobody"))
    await house.answer(1, Verdict.ACCEPTED)
    assert (house.relay._held, house.relay._under_way, len(house.relay._waiting)) == (set(), {}, 0)


async def test_a_sender_with_room_is_filled_from_the_outbox_while_memory_is_full_of_what_it_has() -> None:
    house = House(limit=4)
    await house.start()
    house.sender.window = 20
    await house.commit(*(a_push(number) for number in range(20)))
    assert len(house.sent()) == 20
    await house.relay.stop()


async def test_retries_that_came_back_make_room_for_other_retries(house: House) -> None:
    house.sender.window = 4
    for number in (1, 2, 3):
        await house.commit(a_push(number))
        await house.answer(number, Verdict.UNAVAILABLE)
        await house.passes(1.1)
        await house.answer(number, Verdict.ACCEPTED)
    assert [house.end_of(number) for number in (1, 2, 3)] == [Outcome.ACCEPTED] * 3
