"""A phone rings again until somebody answers."""

from datetime import UTC, datetime, timedelta

from panic_server.clock import FakeClock
from panic_server.push.port import Push
from panic_server.push.reminders import Reminders

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def push(offer_id: str | None = "offer-1", kind: str = "offer") -> Push:
    return Push("push-1", 1, "officer-1", kind, "incident-1", offer_id, NOW, NOW + timedelta(seconds=10), True, 0, NOW)


class House:
    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.sent: list[Push] = []
        self.reminders = Reminders(self.clock, self.sent.extend, pause_s=lambda: 3.0)

    def passes(self, seconds: float) -> int:
        """How many pushes went out meanwhile."""
        before = len(self.sent)
        for _ in range(int(seconds * 2)):
            self.clock.advance(0.5)
            self.reminders.repeat()
        return len(self.sent) - before


def test_the_push_is_repeated_with_an_id_of_its_own_until_the_offer_runs_out() -> None:
    house = House()
    house.reminders.take([push()], ())
    assert house.passes(2.5) == 0
    assert house.passes(60) == 3
    assert len({one.id for one in house.sent} | {"push-1"}) == 4
    assert {(one.offer_id, one.recipient) for one in house.sent} == {("offer-1", "officer-1")}


def test_an_answered_or_ended_offer_is_not_repeated() -> None:
    house = House()
    house.reminders.take([push()], ())
    assert house.passes(3) == 1
    house.reminders.take((), ["offer-1"])
    assert house.passes(20) == 0


def test_news_is_told_once() -> None:
    house = House()
    house.reminders.take([push(None, "neighbourhood"), push("offer-1", "offer_withdrawn")], ())
    assert house.passes(20) == 0


def test_an_offer_that_ended_in_the_commit_that_made_it_is_never_repeated() -> None:
    house = House()
    house.reminders.take([push()], ["offer-1"])
    assert house.passes(20) == 0
