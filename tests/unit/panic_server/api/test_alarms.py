"""What a resident may know of their own alarm."""

import pytest

from geo.position import Position
from tests.unit.panic_server.api.doubles import (
    ALARM_ID,
    INCIDENT_ID,
    NOW,
    OFFICER,
    OPERATOR,
    RESIDENT,
    an_alarm,
    an_incident,
    assigned,
    bearer,
)


async def test_the_sender_sees_the_stage_and_who_comes(house):
    house.journal.put(an_incident(offers=(), assignments=(assigned(OFFICER),)))
    house.journal.stored.append(an_alarm())
    house.on_duty(OFFICER)
    # A hundredth of a degree of latitude is 1,106 m here.
    house.board.take_positions(OFFICER.subject, [Position(-7.005, 110.405, 5.0, NOW)])
    answer = (await house.client.get(f"/v1/alarms/{ALARM_ID}", headers=bearer(RESIDENT))).json()
    assert (answer["incident_id"], answer["stage"], answer["flags"]) == (INCIDENT_ID, "accepted", ["fix_stale"])
    [coming] = answer["coming"]
    assert (coming["name"], coming["status"]) == ("Budi", "en_route")
    assert coming["distance_m"] == pytest.approx(1106, abs=1)
    assert coming["eta_s"] == pytest.approx(1106 * 1.33 / (27 / 3.6), abs=1)


async def test_an_officer_whose_place_is_unknown_comes_all_the_same(house):
    house.journal.put(an_incident(offers=(), assignments=(assigned(OFFICER),)))
    house.journal.stored.append(an_alarm())
    answer = (await house.client.get(f"/v1/alarms/{ALARM_ID}", headers=bearer(RESIDENT))).json()
    assert answer["coming"] == [{"name": "Budi", "status": "en_route", "distance_m": None, "eta_s": None}]


@pytest.mark.parametrize("written", [ALARM_ID.upper(), ALARM_ID.replace("-", "")], ids=["capitals", "no hyphens"])
async def test_the_id_may_be_asked_for_as_the_alarm_may_have_had_it(house, written):
    house.journal.put(an_incident())
    house.journal.stored.append(an_alarm())
    answer = await house.client.get(f"/v1/alarms/{written}", headers=bearer(RESIDENT))
    assert answer.json()["id"] == ALARM_ID


@pytest.mark.parametrize("person", [OFFICER, OPERATOR])
async def test_somebody_elses_alarm_is_unknown(house, person):
    house.journal.put(an_incident())
    house.journal.stored.append(an_alarm())
    answer = await house.client.get(f"/v1/alarms/{ALARM_ID}", headers=bearer(person))
    assert (answer.status_code, answer.json()["code"]) == (404, "alarm_unknown")
