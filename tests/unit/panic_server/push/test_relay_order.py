"""What goes out first when there is more than can."""

from panic_server.push.port import Verdict
from tests.fake_fcm.pushes import a_piece_of_news, a_push, settled
from tests.unit.panic_server.push.relaying import House


async def test_failing_devices_leave_three_quarters_of_the_flow_to_the_others(house: House) -> None:
    house.sender.window = 8
    await house.commit(*(a_push(number) for number in range(8)))
    house.sender.answer("device-0", Verdict.ACCEPTED)
    house.sender.answer_all(Verdict.UNAVAILABLE)
    house.sender.window = 0
    await house.passes(5)
    house.sender.window = 8
    await house.commit(*(a_push(number) for number in range(50, 60)))
    again = [push_id for push_id in house.sent()[8:] if int(push_id.removeprefix("push-")) < 50]
    assert (len(again), len(house.sent()[8:])) == (2, 8)


async def test_offers_overtake_news_that_waits(house: House) -> None:
    house.sender.window = 1
    await house.commit(a_piece_of_news(1), a_piece_of_news(2), a_piece_of_news(3))
    await house.commit(a_push(4))
    house.sender.window = 10
    await house.answer(1, Verdict.ACCEPTED)
    assert house.sent() == ["push-1", "push-4", "push-2", "push-3"]


async def test_offers_that_did_not_fit_are_read_before_news() -> None:
    house = House(limit=4)
    await house.start()
    house.sender.window = 0
    await house.commit(*(a_piece_of_news(number) for number in range(8)), *(a_push(number) for number in range(50, 58)))
    house.sender.window, house.sender.verdict = 1, Verdict.ACCEPTED
    await house.commit()
    for _ in range(10):
        await house.passes(0)
    kinds = [delivery.data["type"] for delivery in house.sender.submitted]
    assert kinds == ["offer"] * 8 + ["neighbourhood"] * 8
    await house.relay.stop()


async def test_an_offer_rings_again_only_once_no_ring_of_it_waits_any_more(house: House) -> None:
    house.sender.window = 1
    await house.commit(a_push(1), a_push(2))
    offer_id = a_push(2).offer_id
    house.relay.wake([a_push(3, offer_id=offer_id, rings_again=True), a_push(4, offer_id=offer_id, rings_again=True)])
    house.sender.window = 10
    await house.answer(1, Verdict.ACCEPTED)
    assert house.sent() == ["push-1", "push-2"]
    house.relay.wake([a_push(5, offer_id=offer_id, rings_again=True)])
    await settled()
    assert house.sent() == ["push-1", "push-2", "push-5"]
