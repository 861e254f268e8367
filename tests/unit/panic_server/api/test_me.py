"""What concerns the caller: who they are, devices, duty, positions, open offers."""

from typing import Any

import msgspec
import pytest

from dispatch.incident import OfferStatus
from dispatch.units import Unit
from panic_server.journal.port import DeviceOrder, DutyOrder
from tests.unit.panic_server.api.doubles import (
    INCIDENT_ID,
    NOW,
    OFFICER,
    OTHER_OFFICER,
    REPRESENTATIVE,
    RESIDENT,
    House,
    an_incident,
    bearer,
    offer_to,
)

HERE = {"lat": -6.995, "lon": 110.405, "accuracy_m": 8, "at": NOW.isoformat()}


async def send_positions(house: House, raw: bytes) -> Any:
    return await house.client.post("/v1/me/positions", content=raw, headers=bearer(OFFICER))


async def test_everybody_learns_who_they_are(house):
    house.on_duty(OFFICER)
    officer = (await house.client.get("/v1/me", headers=bearer(OFFICER))).json()
    assert officer == {
        "subject": "budi", "role": "officer", "name": "Budi",
        "areas": [{"code": "S1", "name": "Polsek Satu"}], "on_duty": True, "unit": None,
    }  # fmt: skip
    representative = (await house.client.get("/v1/me", headers=bearer(REPRESENTATIVE))).json()
    assert (representative["areas"], representative["on_duty"]) == ([{"code": "RT1", "name": "RT 001"}], None)


async def test_going_on_duty_is_stored_before_it_is_answered(house):
    answer = await house.client.put("/v1/me/duty", json={"on_duty": True}, headers=bearer(OFFICER))
    assert answer.json()["on_duty"] is True
    assert house.journal.orders == [DutyOrder(OFFICER, True)]


async def test_the_unit_goes_with_the_order(house):
    await house.client.put("/v1/me/duty", json={"on_duty": True, "unit": "boat"}, headers=bearer(OFFICER))
    assert house.journal.orders == [DutyOrder(OFFICER, True, Unit.BOAT)]


@pytest.mark.parametrize("wish", [{}, {"on_duty": "true"}, {"on_duty": 1}, {"on_duty": None}, []])
async def test_duty_is_yes_or_no(house, wish):
    answer = await house.client.put("/v1/me/duty", json=wish, headers=bearer(OFFICER))
    assert (answer.status_code, answer.json()["code"]) == (422, "body_invalid")


async def test_a_device_is_kept_for_pushes(house):
    device = {"kind": "fcm_token", "value": " abc "}
    answer = await house.client.put("/v1/me/device", json=device, headers=bearer(RESIDENT))
    assert (answer.status_code, answer.content) == (204, b"")
    assert house.journal.orders == [DeviceOrder(RESIDENT.subject, "fcm_token", "abc")]


@pytest.mark.parametrize("value", ["", "  ", "x" * 4097, "a\0b", 7, None])
async def test_a_device_that_cannot_be_one_is_refused(house, value):
    answer = await house.client.put("/v1/me/device", json={"kind": "webpush", "value": value}, headers=bearer(RESIDENT))
    assert (answer.status_code, answer.json()["code"]) == (422, "body_invalid")


async def test_the_newest_of_the_positions_counts(house):
    house.on_duty(OFFICER)
    older = {**HERE, "lat": -6.9, "at": "2026-11-22T11:59:00Z"}
    answer = await send_positions(house, msgspec.json.encode({"positions": [HERE, older]}))
    assert answer.json() == {"accepted": 2, "rejected": 0}
    known = house.board.last_position(OFFICER.subject)
    assert known is not None
    assert known.lat == HERE["lat"]


async def test_one_broken_position_does_not_spoil_the_others(house):
    house.on_duty(OFFICER)
    here = msgspec.json.encode(HERE)
    raw = b'{"positions": [%s, {"lat": NaN, "lon": 1e999}, null, 7, "x", {"lat": 0, "lon": 0}]}' % here
    assert (await send_positions(house, raw)).json() == {"accepted": 1, "rejected": 5}


@pytest.mark.parametrize("raw", [b"{}", b'{"positions": null}', b'{"positions": {}}', b"[]"])
async def test_positions_are_a_list(house, raw):
    house.on_duty(OFFICER)
    answer = await send_positions(house, raw)
    assert (answer.status_code, answer.json()["code"]) == (422, "body_invalid")


async def test_nobody_is_followed_off_duty(house):
    answer = await send_positions(house, msgspec.json.encode({"positions": [HERE]}))
    assert (answer.status_code, answer.json()["code"]) == (409, "officer_off_duty")
    assert house.board.last_position(OFFICER.subject) is None


async def test_an_officer_sees_their_own_open_offers(house):
    house.journal.put(an_incident(offers=(offer_to(OFFICER), offer_to(OTHER_OFFICER))))
    house.journal.put(an_incident(id="other", offers=(offer_to(OFFICER, OfferStatus.DECLINED),)))
    answer = (await house.client.get("/v1/me/offers", headers=bearer(OFFICER))).json()
    assert [(one["id"], one["incident"]["id"]) for one in answer["items"]] == [("offer-budi", INCIDENT_ID)]
    assert answer["next"] is None
