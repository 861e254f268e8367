"""Signing in with a code, and out again."""

import pytest

from panic_server.api.auth import COOKIE
from tests.unit.panic_server.api.doubles import OFFICER, OPERATOR, REPRESENTATIVE, RESIDENT, bearer, build_house

CODE = {"code": "once"}


@pytest.mark.parametrize("person", [RESIDENT, OFFICER, REPRESENTATIVE])
async def test_a_phone_gets_its_token_for_a_code(house, person):
    house.accounts.code_of = person
    answer = await house.client.post("/v1/session", json=CODE)
    assert answer.status_code == 201
    assert answer.json() == {"subject": person.subject, "role": person.role.value, "token": person.subject}
    assert "set-cookie" not in answer.headers


async def test_a_console_gets_a_cookie_that_scripts_cannot_read(house):
    house.accounts.code_of = OPERATOR
    answer = await house.client.post("/v1/session", json=CODE)
    assert answer.json()["token"] is None
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}={OPERATOR.subject}")
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "secure" not in cookie


async def test_behind_https_the_cookie_travels_by_https_only(tmp_path):
    house = build_house(tmp_path, public_url="https://darurat.example")
    house.accounts.code_of = OPERATOR
    answer = await house.client.post("/v1/session", json=CODE)
    assert "; secure" in answer.headers["set-cookie"].lower()


async def test_a_code_works_once(house):
    house.accounts.code_of = RESIDENT
    await house.client.post("/v1/session", json=CODE)
    again = await house.client.post("/v1/session", json=CODE)
    assert (again.status_code, again.json()["code"]) == (401, "code_unknown")


@pytest.mark.parametrize("body", [{}, {"code": None}, {"code": 7}, [], {"code": "a\0"}])
async def test_a_body_without_a_code_is_refused(house, body):
    answer = await house.client.post("/v1/session", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "body_invalid")


@pytest.mark.parametrize("headers", [{"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}])
async def test_another_site_signs_nobody_in(house, headers):
    house.accounts.code_of = OPERATOR
    answer = await house.client.post("/v1/session", json=CODE, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
    assert house.accounts.code_of is OPERATOR


async def test_signing_out_ends_the_token_and_its_open_sockets(house):
    answer = await house.client.delete("/v1/session", headers=bearer(RESIDENT))
    assert answer.status_code == 204
    assert house.hub.rights_checked == 1
    assert (await house.client.get("/v1/me", headers=bearer(RESIDENT))).status_code == 401


async def test_signing_out_forgets_the_cookie(house):
    headers = {"cookie": f"{COOKIE}={OPERATOR.subject}", "sec-fetch-site": "same-origin"}
    answer = await house.client.delete("/v1/session", headers=headers)
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]
    assert OPERATOR.subject not in house.accounts.people


async def test_another_site_signs_nobody_out(house):
    headers = {"cookie": f"{COOKIE}={OPERATOR.subject}", "origin": "http://evil.test"}
    assert (await house.client.delete("/v1/session", headers=headers)).status_code == 403
    assert OPERATOR.subject in house.accounts.people


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}])
async def test_without_a_session_there_is_nothing_to_end(house, headers):
    assert (await house.client.delete("/v1/session", headers=headers)).status_code == 204
    assert house.hub.rights_checked == 0
