"""Bad input is refused with a problem that a program understands, never with a 5xx, and never comes back."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from tests.scenarios.city import City
from tests.scenarios.people import Person

CANARY = "kanari7f3a"
ID = "0d9f3f0e-4e0c-4a3c-8f0c-0000000000aa"
TAKEN = f'{{"id": "{ID}", "note": "{CANARY}"}}'

NO_ALARM: list[tuple[str, bytes, int, str]] = [
    ("broken JSON", f'{{"id": "{CANARY}"'.encode(), 400, "json_malformed"),
    ("no JSON", CANARY.encode(), 400, "json_malformed"),
    ("nothing", b"", 400, "json_malformed"),
    ("not UTF-8", b'{"id": "' + CANARY.encode() + b'\xff\xfe"}', 400, "json_malformed"),
    ("two documents", f'{{"id": "{ID}"}} {{"{CANARY}": 1}}'.encode(), 400, "json_malformed"),
    ("an array", f'["{CANARY}"]'.encode(), 422, "body_invalid"),
    ("a string", f'"{CANARY}"'.encode(), 422, "body_invalid"),
    ("no id", f'{{"kind": "{CANARY}"}}'.encode(), 422, "alarm_id_missing"),
    ("id null", f'{{"id": null, "{CANARY}": 1}}'.encode(), 422, "alarm_id_missing"),
    ("id a word", f'{{"id": "{CANARY}"}}'.encode(), 422, "alarm_id_invalid"),
    ("id a number", f'{{"id": 17, "{CANARY}": 1}}'.encode(), 422, "alarm_id_invalid"),
    ("id an object", f'{{"id": {{"{CANARY}": 1}}}}'.encode(), 422, "alarm_id_invalid"),
    ("too large", f'{{"id": "{ID}", "x": "{CANARY * 2000}"}}'.encode(), 413, "body_too_large"),
    ("too deep", f'{{"id": "{ID}", "{CANARY}": {"[" * 100}{"]" * 100}}}'.encode(), 400, "body_too_deep"),
    ("very deep", f'{{"id": "{ID}", "{CANARY}": {"[" * 15000}'.encode(), 400, "body_too_deep"),
    ("deep objects", b'{"id": "x", "x": ' + b'{"a":' * 2000, 400, "body_too_deep"),
]


def assert_is_problem(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert CANARY not in answer.text
    assert CANARY not in str(answer.headers)


@pytest.mark.parametrize(("body", "status", "code"), [row[1:] for row in NO_ALARM], ids=[row[0] for row in NO_ALARM])
async def test_what_is_no_alarm_at_all_is_refused(city: City, body: bytes, status: int, code: str) -> None:
    assert_is_problem(await city.resident().asks("POST", "/v1/alarms", body), status, code)


async def test_depth_within_a_string_and_up_to_the_limit_is_taken(city: City) -> None:
    brackets = "[" * 500
    deep = f"{'[' * 31}{']' * 31}"
    body = f'{{"id": "{ID}", "note": "{brackets}", "more": {deep}}}'.encode()
    assert (await city.resident().asks("POST", "/v1/alarms", body)).status_code == 201


async def test_another_method_type_or_encoding_is_refused(city: City) -> None:
    resident, body = city.resident(), TAKEN.encode()

    for method in ("GET", "PUT", "DELETE", "PATCH"):
        answer = await resident.asks(method, "/v1/alarms", body)
        assert_is_problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "POST"
    form = await resident.asks("POST", "/v1/alarms", body, content_type=f"text/{CANARY}")
    assert_is_problem(form, 415, "content_type_unsupported")
    packed = await resident.asks("POST", "/v1/alarms", body, content_encoding="gzip")
    assert_is_problem(packed, 415, "content_encoding_unsupported")


@pytest.mark.parametrize("token", [None, CANARY, CANARY * 500, "Ω" + CANARY])
async def test_no_token_or_an_unknown_one_is_refused(city: City, token: str | None) -> None:
    await city.ready()
    headers = {} if token is None else {"Authorization": f"Bearer {token}".encode()}

    answer = await city.http.post(city.url + "/v1/alarms", headers=headers, content=TAKEN.encode())  # type: ignore[arg-type]  # bytes on purpose

    assert_is_problem(answer, 401, "token_missing" if token is None else "token_unknown")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_another_sites_page_cannot_use_the_consoles_cookie(city: City) -> None:
    operator = city.operator()
    alarm = await city.resident().press()

    headers = {"Cookie": f"kentongan_session={operator.token}", "Origin": f"https://{CANARY}.example"}
    answer = await city.http.post(f"{city.url}/v1/incidents/{alarm.incident_id}/claim", headers=headers)

    assert_is_problem(answer, 403, "cross_origin")


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"POST /v1/alarms HTTP/1.1\r\nContent-Length: -1\r\n\r\n"]
)
async def test_what_is_no_http_gets_a_400_and_the_door(city: City, raw: bytes) -> None:
    await city.ready()
    host, port = city.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(raw)

    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"request_malformed" in answer


ODD_BODIES = [
    b"",
    b"null",
    b"[]",
    f'"{CANARY}"'.encode(),
    f'{{"{CANARY}": NaN}}'.encode(),
    f'{{"status": "{CANARY}", "kind": "{CANARY}", "value": 1, "text": {{}}, "on_duty": "{CANARY}"}}'.encode(),
    f'{{"positions": "{CANARY}", "text": "\\u0000{CANARY}", "disposition": 1e999}}'.encode(),
    b'{"positions": [' + b"NaN," * 1000 + b"0]}",
    b'{"text": "' + b"x" * 16000 + b'"}',
    f'{{"text": "\\ud800", "value": "\\ud800{CANARY}", "code": "\\ud800"}}'.encode(),
]
ODD_WORDS = [CANARY, "%00", "%2e%2e%2f", "%ff", "0" * 500, "null", ID, "-1", "1e999"]


async def operations(person: Person) -> list[tuple[str, str]]:
    document = await person.gets("/v1/openapi.json")
    return [(method.upper(), path) for path, item in document["paths"].items() for method in item]


@pytest.mark.parametrize("role", ["resident", "officer", "representative", "operator"])
async def test_no_operation_answers_5xx_to_nonsense_or_echoes_it(city: City, role: str) -> None:
    people: dict[str, Person] = {
        "resident": city.resident(),
        "officer": city.officer_at(metres=100),
        "representative": city.representative("RT-1"),
        "operator": city.operator(),
    }
    person = people[role]
    await city.resident().press()

    for method, path in await operations(person):
        for number, body in enumerate(ODD_BODIES):
            word = ODD_WORDS[number % len(ODD_WORDS)]
            address = re.sub(r"\{\w+\}", word, path)
            query = f"?lat={word}&lon=NaN&bbox={CANARY}&level={word}&status={word}&after={word}&limit={word}&area=%00"
            answer = await person.asks(method, address + query, None if method == "GET" else body)
            said = f"{method} {path} with {body[:60]!r}: {answer.status_code} {answer.text[:200]}"
            assert answer.status_code < 500, said
            assert CANARY not in answer.text, said
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json", said
