"""Incidents over HTTP: each reader's view, paging, versions, and the operators' work."""

from typing import Any

import msgspec
import pytest

from dispatch.commands import AddNote, Close
from dispatch.incident import Disposition, Person, Status
from panic_server.journal.port import Actor, IncidentOrder, TimelineRow
from tests.unit.panic_server.api.doubles import (
    INCIDENT_ID,
    NOW,
    OFFICER,
    OPERATOR,
    OTHER_OPERATOR,
    REPRESENTATIVE,
    RESIDENT,
    House,
    an_alarm,
    an_incident,
    bearer,
    moments,
)

ONE = f"/v1/incidents/{INCIDENT_ID}"


async def work(house: House, what: str, body: Any = None, person: Any = OPERATOR, **headers: str) -> Any:
    content = None if body is None else msgspec.json.encode(body)
    return await house.client.post(f"{ONE}/{what}", content=content, headers={**bearer(person), **headers})


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_an_operator_sees_everything_of_an_incident(house):
    house.journal.put(an_incident())
    house.journal.stored.append(an_alarm(raw_position='{"lat":"x"}'))
    row = TimelineRow(9, "claimed", NOW, Actor("operator", OPERATOR.subject), '{"operator":{"id":"siti"}}')
    house.journal.timelines.append(row)
    house.journal.came_to = moments(claimed_at=NOW)
    answer = await house.client.get(ONE, headers=bearer(OPERATOR))
    detail = answer.json()
    assert detail["moments"]["received_at"] == detail["moments"]["claimed_at"] == "2026-11-22T12:00:00Z"
    assert detail["moments"]["closed_at"] is None
    assert answer.headers["etag"] == '"3"'
    assert detail["incident"]["offers"][0]["officer"]["id"] == OFFICER.subject
    assert detail["timeline"][0]["actor"] == {"role": "operator", "id": OPERATOR.subject}
    assert detail["timeline"][0]["data"] == {"operator": {"id": "siti"}}
    assert detail["alarms"][0]["raw_position"] == {"lat": "x"}
    at = {"lat": -6.995, "lon": 110.405, "accuracy_m": 12.0, "at": "2026-11-22T12:00:00Z"}
    assert detail["track"] == [{"device": RESIDENT.subject, **at}]


@pytest.mark.parametrize("reader", [OFFICER, REPRESENTATIVE])
async def test_others_see_their_view_and_no_history(house, reader):
    house.journal.put(an_incident())
    house.journal.stored.append(an_alarm())
    house.journal.timelines.append(TimelineRow(9, "claimed", NOW, Actor("system", None), "{}"))
    house.journal.came_to = moments()
    detail = (await house.client.get(ONE, headers=bearer(reader))).json()
    assert (detail["timeline"], detail["alarms"], detail["track"], detail["moments"]) == ([], [], [], None)
    assert detail["incident"]["told"] == []
    assert (detail["incident"]["position"] is None) is (reader is REPRESENTATIVE)


async def test_what_one_may_not_see_is_as_unknown_as_what_there_is_not(house):
    house.journal.put(an_incident(neighbourhood=(), offers=()))
    hidden = [await house.client.get(ONE, headers=bearer(one)) for one in (OFFICER, REPRESENTATIVE)]
    nothing = await house.client.get("/v1/incidents/none", headers=bearer(OPERATOR))
    assert {code_of(answer) for answer in (*hidden, nothing)} == {(404, "incident_unknown")}


@pytest.mark.parametrize("incident_id", ["%00", "a%20b", "x" * 81, "%ff", "a%2fb", "..%2f"])
async def test_an_id_that_cannot_be_one_reaches_no_database(house, incident_id):
    house.journal.break_down()
    answer = await house.client.get(f"/v1/incidents/{incident_id}", headers=bearer(OPERATOR))
    assert code_of(answer) == (404, "not_found")


async def test_a_list_is_a_page_with_a_cursor(house):
    house.journal.put(an_incident())
    answer = await house.client.get("/v1/incidents?status=open&area=RT1&after=99&limit=7", headers=bearer(OPERATOR))
    page = answer.json()
    assert ([one["id"] for one in page["items"]], page["next"]) == ([INCIDENT_ID], "17")
    assert house.journal.wanted == {"status": "open", "area": "RT1", "after": "99", "limit": 7}


@pytest.mark.parametrize(
    "query",
    [
        "status=half", "status=null", "limit=0", "limit=201", "limit=NaN", "limit=" + "9" * 5000, "limit=1.5",
        "after=x", "after=-1", "after=" + "9" * 19, "area=", "area=%00", "area=" + "x" * 65, "after=%ff",
    ],
)  # fmt: skip
async def test_a_wrong_query_is_refused_without_an_echo(house, query):
    answer = await house.client.get(f"/v1/incidents?{query}", headers=bearer(OPERATOR))
    assert code_of(answer) == (422, "query_invalid")
    assert query.partition("=")[0] in answer.json()["detail"]


async def test_an_operator_claims_and_gives_back(house):
    house.journal.put(an_incident())
    claimed = await work(house, "claim")
    assert claimed.json()["claimed_by"] == {"id": OPERATOR.subject, "name": OPERATOR.name}
    assert (claimed.json()["version"], claimed.headers["etag"]) == (4, '"4"')
    assert code_of(await work(house, "claim", person=OTHER_OPERATOR)) == (409, "claimed_by_another")
    assert code_of(await work(house, "release", person=OTHER_OPERATOR)) == (409, "not_claimed")
    assert (await work(house, "release")).json()["claimed_by"] is None


@pytest.mark.parametrize("version", ["3", '"3"', 'W/"3"', "*"])
async def test_the_version_that_was_seen_lets_the_work_through(house, version):
    house.journal.put(an_incident())
    assert (await work(house, "claim", **{"if-match": version})).status_code == 200


@pytest.mark.parametrize("what", ["claim", "release", "notes", "close"])
async def test_another_version_than_the_one_seen_stops_all_work(house, what):
    house.journal.put(an_incident())
    body = {"text": "x", "disposition": "resolved"}
    assert code_of(await work(house, what, body, **{"if-match": '"2"'})) == (412, "version_conflict")


async def test_two_versions_in_two_lines_are_refused_like_two_in_one(house):
    house.journal.put(an_incident())
    headers = [("if-match", '"3"'), ("if-match", '"2"'), *bearer(OPERATOR).items()]
    assert code_of(await house.client.post(f"{ONE}/claim", headers=headers)) == (422, "if_match_invalid")


@pytest.mark.parametrize("version", ["", "x", "-1", "3.0", '"3', "9" * 10, '"3", "4"', "３"])
async def test_a_version_that_is_none_is_refused(house, version):
    house.journal.put(an_incident())
    headers = [(b"if-match", version.encode()), (b"authorization", f"Bearer {OPERATOR.subject}".encode())]
    answer = await house.client.post(f"{ONE}/claim", headers=headers)
    assert code_of(answer) == (422, "if_match_invalid")


async def test_a_note_is_written_in_the_operators_name(house):
    house.journal.put(an_incident())
    assert (await work(house, "notes", {"text": "  Pintu terkunci.\n"})).status_code == 200
    order = house.journal.orders[-1]
    assert isinstance(order, IncidentOrder)
    assert order.command == AddNote(Person(OPERATOR.subject, OPERATOR.name), "Pintu terkunci.")
    assert (order.actor, order.principal) == (Actor("operator", OPERATOR.subject), OPERATOR)


@pytest.mark.parametrize("note", [{}, {"text": ""}, {"text": "  "}, {"text": 7}, {"text": "x" * 4001}, {"text": "a\0"}])
async def test_a_note_without_words_or_with_too_many_is_refused(house, note):
    house.journal.put(an_incident())
    assert code_of(await work(house, "notes", note)) == (422, "body_invalid")


async def test_an_incident_is_closed_with_how_it_ended(house):
    house.journal.put(an_incident())
    closed = await work(house, "close", {"disposition": "prank", "note": "Anak-anak"})
    assert (closed.json()["status"], closed.json()["disposition"]) == ("closed", "prank")
    order = house.journal.orders[-1]
    assert isinstance(order, IncidentOrder)
    assert order.command == Close(Person(OPERATOR.subject, OPERATOR.name), Disposition.PRANK, "Anak-anak")


@pytest.mark.parametrize("wish", [{}, {"disposition": "boring"}, {"disposition": None}, {"disposition": ["prank"]}])
async def test_an_incident_is_not_closed_without_a_known_disposition(house, wish):
    house.journal.put(an_incident())
    assert code_of(await work(house, "close", wish)) == (422, "body_invalid")


async def test_a_closed_incident_cannot_be_claimed(house):
    house.journal.put(an_incident(status=Status.CLOSED, disposition=Disposition.RESOLVED))
    assert code_of(await work(house, "claim")) == (409, "incident_closed")


async def test_a_representative_tells_that_the_news_arrived(house):
    house.journal.put(an_incident())
    answer = await work(house, "receipt", person=REPRESENTATIVE)
    assert answer.json() == {"incident_id": INCIDENT_ID, "received_at": "2026-11-22T12:00:00Z", "coming": None}
    assert house.journal.incidents[INCIDENT_ID].told[0].received_at == NOW


async def test_a_representative_who_was_not_told_learns_nothing(house):
    house.journal.put(an_incident(told=()))
    assert code_of(await work(house, "receipt", person=REPRESENTATIVE)) == (404, "incident_unknown")


async def test_a_representative_comes(house):
    house.journal.put(an_incident())
    answer = await work(house, "acknowledge", {"coming": True}, person=REPRESENTATIVE)
    assert answer.json() == {"incident_id": INCIDENT_ID, "received_at": "2026-11-22T12:00:00Z", "coming": True}
    assert house.journal.incidents[INCIDENT_ID].told[0].coming is True


@pytest.mark.parametrize("wish", [{}, {"coming": None}, {"coming": "ya"}])
async def test_an_answer_says_whether_one_comes(house, wish):
    house.journal.put(an_incident())
    assert code_of(await work(house, "acknowledge", wish, person=REPRESENTATIVE)) == (422, "body_invalid")


async def test_the_neighbourhood_sees_the_place_once_it_is_shared(house):
    house.journal.put(an_incident())
    shared = await work(house, "share", {"place": True, "reason": "cari sumur"})
    assert shared.json()["place_shared"] is True
    assert house.journal.incidents[INCIDENT_ID].place_shared
    assert code_of(await work(house, "share", {"place": True, "reason": "x" * 501})) == (422, "body_invalid")


async def test_what_the_neighbourhood_does_not_know_is_not_shared(house):
    house.journal.put(an_incident(neighbourhood=()))
    assert code_of(await work(house, "share", {"place": True})) == (409, "neighbourhood_hidden")


@pytest.mark.parametrize("status", Status)
async def test_a_shared_place_is_seen_while_the_incident_is_open_however_it_ended(house, status):
    house.journal.put(an_incident(status=status, place_shared=True))
    detail = (await house.client.get(ONE, headers=bearer(REPRESENTATIVE))).json()
    assert (detail["incident"]["position"] is not None) is (status is Status.OPEN)
