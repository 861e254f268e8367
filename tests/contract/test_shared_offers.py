"""Offers as every process that shares the database sees them: which still stand, and which no phone has received."""

from __future__ import annotations

from datetime import timedelta

from dispatch.commands import ReceiveOffer
from panic_server.journal.outbox import SqlOutbox
from panic_server.journal.port import Actor
from tests.contract.desk import Desk


def outbox_of(desk: Desk) -> SqlOutbox:
    return SqlOutbox(desk.url, desk.reader, desk.writer.submit, is_alone=False)


async def test_an_offer_stands_until_it_is_answered_wherever_that_was(desk: Desk, other_desk: Desk) -> None:
    for number in range(2):
        await desk.officer(f"officer-{number}")
    await desk.press()
    offers = [await desk.offer_of(f"officer-{number}") for number in range(2)]
    assert set(await outbox_of(desk).still_open([*offers, "unknown"])) == set(offers)

    await other_desk.decline("officer-0", offers[0])
    assert set(await outbox_of(desk).still_open(offers)) == {offers[1]}
    await other_desk.accept("officer-1", offers[1])
    assert not await outbox_of(desk).still_open(offers)


async def test_offers_that_no_phone_has_received_are_known_with_all_that_a_push_needs(desk: Desk) -> None:
    for number in range(3):
        await desk.officer(f"officer-{number}")
    await desk.press(drill=True)
    offers = [await desk.offer_of(f"officer-{number}") for number in range(3)]
    made_at, outbox = desk.clock.now(), outbox_of(desk)
    receipt = ReceiveOffer(offers[0], "officer-0")
    await desk.command(receipt, Actor("officer", "officer-0"), offer_id=offers[0])

    assert not await outbox.unheard(made_at - timedelta(seconds=1), ())
    [push] = await outbox.unheard(made_at, {offers[1]})

    assert (push.kind, push.offer_id, push.recipient) == ("offer", offers[2], "officer-2")
    assert (push.created_at, push.drill, push.urgent) == (made_at, True, True)
    assert push.expires_at == made_at + timedelta(seconds=10)
