"""What every sender keeps, whether it sends for real, in memory, or not at all."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence

import pytest
from prometheus_client import CollectorRegistry

from panic_server.clock import SystemClock
from panic_server.push.fcm_process import FcmProcess
from panic_server.push.memory import MemorySender
from panic_server.push.metrics import PushMetrics
from panic_server.push.null import NullSender
from panic_server.push.port import Answer, Delivery, Sender, Verdict
from tests.fake_fcm.fixture import fake_fcm, fake_fcm_process
from tests.fake_fcm.process import FakeFcmProcess
from tests.fake_fcm.pushes import a_device, eventually

__all__ = ["fake_fcm", "fake_fcm_process"]


class Listening:
    """A sender with somebody who hears its answers."""

    def __init__(self, sender: Sender, expected: Verdict) -> None:
        self.sender, self.expected = sender, expected
        self.answers: list[Answer] = []
        self.calls = 0
        sender.on_answers(self._hear)

    def _hear(self, answers: Sequence[Answer]) -> None:
        self.calls += 1
        self.answers += answers


def null_sender(_: FakeFcmProcess) -> Listening:
    return Listening(NullSender(), Verdict.NOT_CONFIGURED)


def memory_sender(_: FakeFcmProcess) -> Listening:
    sender = MemorySender()
    sender.verdict = Verdict.ACCEPTED
    return Listening(sender, Verdict.ACCEPTED)


def fcm_process(fake: FakeFcmProcess) -> Listening:
    metrics = PushMetrics(CollectorRegistry())
    clock = SystemClock()
    sender = FcmProcess(fake.credentials, clock=clock, metrics=metrics, random=random.random, fcm_url=fake.url)
    return Listening(sender, Verdict.ACCEPTED)


@pytest.fixture(params=[null_sender, memory_sender, fcm_process])
async def listening(request: pytest.FixtureRequest, fake_fcm: FakeFcmProcess) -> AsyncIterator[Listening]:
    listening: Listening = request.param(fake_fcm)
    await listening.sender.start()
    await eventually(lambda: listening.sender.room() > 0)
    yield listening
    await listening.sender.stop()


def deliveries(numbers: range) -> list[Delivery]:
    return [
        Delivery(number, a_device(number), {"type": "offer", "push_id": f"push-{number}"}, 30) for number in numbers
    ]


async def test_every_delivery_is_answered_once(listening: Listening) -> None:
    listening.sender.submit(deliveries(range(50)))
    await eventually(lambda: len(listening.answers) >= 50)
    assert sorted(answer.key for answer in listening.answers) == list(range(50))


async def test_the_answers_carry_the_verdict(listening: Listening) -> None:
    listening.sender.submit(deliveries(range(3)))
    await eventually(lambda: len(listening.answers) >= 3)
    assert {answer.verdict for answer in listening.answers} == {listening.expected}


async def test_no_answer_comes_before_submit_returns(listening: Listening) -> None:
    before = listening.calls
    listening.sender.submit(deliveries(range(1)))
    assert listening.calls == before


async def test_there_is_room_again_when_all_is_answered(listening: Listening) -> None:
    before = listening.sender.room()
    listening.sender.submit(deliveries(range(before)))
    await eventually(lambda: len(listening.answers) >= before)
    assert listening.sender.room() == before


async def test_more_than_there_is_room_for_is_answered_too(listening: Listening) -> None:
    many = listening.sender.room() + 5
    listening.sender.submit(deliveries(range(many)))
    await eventually(lambda: len(listening.answers) >= many)
    assert len(listening.answers) == many


async def test_only_a_sender_that_cannot_send_is_degraded(listening: Listening) -> None:
    words = ["push_not_configured"] if listening.expected is Verdict.NOT_CONFIGURED else []
    assert listening.sender.degraded() == words
