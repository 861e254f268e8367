"""Officers' answers over HTTP: one winner, late answers, and reports on the way."""

from typing import Any

import pytest

from dispatch.errors import OfficerOffDuty
from dispatch.incident import OfferStatus
from tests.unit.panic_server.api.doubles import (
    INCIDENT_ID,
    OFFICER,
    OTHER_OFFICER,
    House,
    an_incident,
    assigned,
    bearer,
    offer_to,
)


async def to_offer(house: House, what: str, officer: Any = OFFICER, offer: str = "") -> Any:
    return await house.client.post(f"/v1/offers/{offer or f'offer-{officer.subject}'}/{what}", headers=bearer(officer))


async def report(house: House, status: object) -> Any:
    path = f"/v1/assignments/offer-{OFFICER.subject}/status"
    return await house.client.post(path, json={"status": status}, headers=bearer(OFFICER))


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_the_first_to_accept_gets_the_assignment_and_the_incident(house):
    house.journal.put(an_incident())
    answer = (await to_offer(house, "accept")).json()
    assert (answer["status"], answer["assignment_id"]) == ("accepted", f"offer-{OFFICER.subject}")
    assert answer["incident"]["id"] == INCIDENT_ID
    assert answer["incident"]["position"]["lat"] == -6.995


async def test_the_winner_may_say_it_again_and_the_second_is_told(house):
    house.journal.put(an_incident())
    first, again = await to_offer(house, "accept"), await to_offer(house, "accept")
    assert (again.status_code, again.json()) == (200, first.json())
    assert code_of(await to_offer(house, "accept", OTHER_OFFICER)) == (409, "offer_taken")


async def test_whoever_declines_may_no_longer_look(house):
    house.journal.put(an_incident())
    answer = (await to_offer(house, "decline")).json()
    assert (answer["status"], answer["assignment_id"], answer["incident"]) == ("declined", None, None)


async def test_a_receipt_leaves_the_offer_open(house):
    house.journal.put(an_incident())
    answer = (await to_offer(house, "receipt")).json()
    assert (answer["status"], answer["incident"]["id"]) == ("open", INCIDENT_ID)


@pytest.mark.parametrize("what", ["receipt", "accept", "decline"])
async def test_an_offer_to_somebody_else_is_unknown(house, what):
    house.journal.put(an_incident())
    answer = await to_offer(house, what, OFFICER, f"offer-{OTHER_OFFICER.subject}")
    assert code_of(answer) == (404, "offer_unknown")


@pytest.mark.parametrize("what", ["receipt", "accept", "decline"])
@pytest.mark.parametrize("offer", ["%00", "a%20b", "x" * 81])
async def test_an_offer_that_cannot_be_one_reaches_no_journal(house, what, offer):
    assert code_of(await to_offer(house, what, OFFICER, offer)) == (404, "not_found")
    assert house.journal.orders == []


async def test_an_offer_whose_time_is_over_is_gone(house):
    house.journal.put(an_incident(offers=(offer_to(OFFICER, OfferStatus.EXPIRED),)))
    assert code_of(await to_offer(house, "accept")) == (409, "offer_expired")


async def test_an_officer_off_duty_is_told_so(house):
    house.journal.breaks_with = OfficerOffDuty()
    assert code_of(await to_offer(house, "accept")) == (409, "officer_off_duty")


async def test_reports_lead_from_the_way_to_done(house):
    house.journal.put(an_incident(offers=(offer_to(OFFICER, OfferStatus.ACCEPTED),), assignments=(assigned(OFFICER),)))
    arrived = (await report(house, "on_scene")).json()
    assert (arrived["status"], arrived["incident"]["stage"]) == ("on_scene", "on_scene")
    late = (await report(house, "en_route")).json()
    assert late["status"] == "on_scene"
    done = (await report(house, "clear")).json()
    assert (done["status"], done["incident"]) == ("clear", None)


@pytest.mark.parametrize("status", ["flying", None, 7, ["clear"], ""])
async def test_an_unknown_report_is_refused(house, status):
    house.journal.put(an_incident(assignments=(assigned(OFFICER),)))
    assert code_of(await report(house, status)) == (422, "body_invalid")


async def test_a_report_on_somebody_elses_assignment_is_refused(house):
    house.journal.put(an_incident(assignments=(assigned(OTHER_OFFICER),)))
    path = f"/v1/assignments/offer-{OTHER_OFFICER.subject}/status"
    answer = await house.client.post(path, json={"status": "clear"}, headers=bearer(OFFICER))
    assert code_of(answer) == (404, "assignment_unknown")
