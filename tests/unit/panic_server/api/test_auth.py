"""Who may: bearer tokens, the console's cookie with its defence against other sites, and the roles of each endpoint."""

from typing import Any

import pytest

from panic_server.api.application import openapi_document
from panic_server.api.auth import COOKIE
from panic_server.journal.port import JournalUnavailable
from panic_server.people import Role
from tests.unit.panic_server.api.doubles import (
    INCIDENT_ID,
    OPERATOR,
    OTHER_OPERATOR,
    PEOPLE,
    RESIDENT,
    House,
    an_incident,
    bearer,
    build_house,
)

CLAIM = f"/v1/incidents/{INCIDENT_ID}/claim"
CONSOLE = {Role.OPERATOR, Role.SUPERVISOR}
READERS = set(Role) - {Role.RESIDENT}

MAY: dict[tuple[str, str], set[Role]] = {
    ("post", "/v1/alarms"): set(Role),
    ("get", "/v1/alarms/{alarm_id}"): set(Role),
    ("post", "/v1/alarms/{alarm_id}/cancel"): set(Role),
    ("post", "/v1/alarms/{alarm_id}/positions"): set(Role),
    ("put", "/v1/me/pins"): set(Role),
    ("get", "/v1/me"): set(Role),
    ("put", "/v1/me/device"): set(Role),
    ("put", "/v1/me/duty"): {Role.OFFICER},
    ("post", "/v1/me/positions"): {Role.OFFICER},
    ("get", "/v1/me/offers"): {Role.OFFICER},
    ("post", "/v1/offers/{offer_id}/receipt"): {Role.OFFICER},
    ("post", "/v1/offers/{offer_id}/accept"): {Role.OFFICER},
    ("post", "/v1/offers/{offer_id}/decline"): {Role.OFFICER},
    ("post", "/v1/assignments/{assignment_id}/status"): {Role.OFFICER},
    ("get", "/v1/incidents"): READERS,
    ("get", "/v1/incidents/{incident_id}"): READERS,
    ("post", "/v1/incidents/{incident_id}/receipt"): {Role.REPRESENTATIVE},
    ("post", "/v1/incidents/{incident_id}/acknowledge"): {Role.REPRESENTATIVE},
    ("post", "/v1/incidents/{incident_id}/share"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/claim"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/release"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/notes"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/close"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/merge"): CONSOLE,
    ("post", "/v1/drills"): CONSOLE,
    ("get", "/v1/drills"): CONSOLE,
    ("get", "/v1/policies"): CONSOLE,
    ("get", "/v1/policies/{version}"): CONSOLE,
    ("post", "/v1/drills/{drill_id}/end"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/split"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/reopen"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/offers"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/withdraw"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/places"): CONSOLE,
    ("post", "/v1/incidents/{incident_id}/escalation"): CONSOLE,
    ("get", "/v1/areas"): set(Role),
    ("get", "/v1/areas/at"): set(Role),
    ("get", "/v1/reports/response-times"): CONSOLE,
}
OPEN_TO_ALL = {
    ("post", "/v1/session"),
    ("delete", "/v1/session"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}


async def ask(house: House, method: str, path: str, headers: dict[str, str]) -> Any:
    for name in ("alarm_id", "offer_id", "assignment_id", "incident_id"):
        path = path.replace(f"{{{name}}}", "some-id")
    return await house.client.request(method, path, headers=headers)


def test_every_endpoint_has_its_roles_in_this_table():
    built = {(method, path) for path, methods in openapi_document()["paths"].items() for method in methods}
    assert built == set(MAY) | OPEN_TO_ALL


@pytest.mark.parametrize(("method", "path"), MAY)
async def test_each_role_gets_in_where_it_may_and_nowhere_else(house, method, path):
    for person in PEOPLE:
        answer = await ask(house, method, path, bearer(person))
        refused = answer.status_code == 403
        assert refused is (person.role not in MAY[method, path]), (person.role, answer.text)
        assert not refused or answer.json()["code"] == "role_not_allowed"


@pytest.mark.parametrize(("method", "path"), MAY)
async def test_nobody_gets_in_without_a_token(house, method, path):
    answer = await ask(house, method, path, {})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


async def test_the_cookie_signs_a_console_in_for_reading(house):
    answer = await house.client.get("/v1/me", headers={"cookie": f"{COOKIE}={OPERATOR.subject}"})
    assert answer.json()["subject"] == OPERATOR.subject


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "http://kentongan.test"},
        {"origin": "http://kentongan.test"},
        {"origin": "HTTP://Kentongan.TEST"},
        {"origin": "https://darurat.example"},
    ],
)
async def test_the_cookie_changes_things_from_our_own_pages(tmp_path, headers):
    house = build_house(tmp_path, public_url="https://darurat.example/")
    house.journal.put(an_incident())
    answer = await house.client.post(CLAIM, headers={"cookie": f"{COOKIE}={OPERATOR.subject}", **headers})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "http://kentongan.test"},
        {"origin": "http://evil.test"},
        {"origin": "http://evil.test", "referer": "http://kentongan.test/"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://["},
        {"origin": "http://kentongan.test.evil.test"},
    ],
)
async def test_the_cookie_changes_nothing_from_elsewhere(house, headers):
    house.journal.put(an_incident())
    answer = await house.client.post(CLAIM, headers={"cookie": f"{COOKIE}={OPERATOR.subject}", **headers})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
    assert house.journal.orders == []


async def test_a_bearer_token_needs_no_origin_and_comes_before_the_cookie(house):
    house.journal.put(an_incident())
    headers = {"cookie": f"{COOKIE}={OPERATOR.subject}", "origin": "http://evil.test", **bearer(OTHER_OPERATOR)}
    answer = await house.client.post(CLAIM, headers=headers)
    assert answer.json()["claimed_by"]["id"] == OTHER_OPERATOR.subject


@pytest.mark.parametrize("cookie", [f"{COOKIE}=nobody", f"{COOKIE}=", "=;=;;", f'{COOKIE}="\xff"', "x" * 9000])
async def test_a_strange_cookie_is_no_token(house, cookie):
    answer = await house.client.get("/v1/me", headers=[(b"cookie", cookie.encode("latin-1"))])
    assert answer.status_code == 401


async def test_a_token_that_only_the_broken_database_could_know_is_told_to_come_back(house):
    house.accounts.breaks_with = JournalUnavailable()
    answer = await house.client.get("/v1/me", headers=bearer(RESIDENT))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_the_caller_is_known_before_the_body_is_read(house):
    asked_for: list[bytes] = []

    async def body():
        asked_for.append(b"{}")
        yield b"{}"

    answer = await house.client.put("/v1/me/duty", content=body(), headers=bearer(RESIDENT))
    assert answer.status_code == 403
    assert asked_for == []
