"""What is refused as no alarm at all, always in one way: a problem with a stable code, never a 5xx, never an echo."""

import asyncio

import msgspec
import pytest

from dispatch.incident import Kind
from panic_server.wire import read
from tests.unit.panic_server.api.doubles import ALARM_ID, RESIDENT, bearer
from tests.unit.panic_server.api.pressing import code_of, last_press, press, send


@pytest.mark.parametrize("raw_id", ["", "1", "zz" * 16, ALARM_ID[:-1], ALARM_ID + "0", 7, True, [], {}, "１" * 32])
async def test_an_id_that_is_no_uuid_is_refused(house, raw_id):
    answer = await send(house, msgspec.json.encode({"id": raw_id}))
    assert (answer.status_code, code_of(answer)) == (422, "alarm_id_invalid")


@pytest.mark.parametrize("raw", [b"{}", b'{"id": null}', b'{"kind": "fire"}', b'{"ID": "x"}'])
async def test_an_alarm_without_an_id_is_refused(house, raw):
    answer = await send(house, raw)
    assert (answer.status_code, code_of(answer)) == (422, "alarm_id_missing")


@pytest.mark.parametrize("raw", [b"[]", b'"help"', b"7", b"null", b"true", b"NaN", f'["{ALARM_ID}"]'.encode()])
async def test_a_body_that_is_no_object_is_refused(house, raw):
    answer = await send(house, raw)
    assert (answer.status_code, code_of(answer)) == (422, "body_invalid")


BROKEN = [
    b"",
    b"{",
    b'{"id": ',
    b"id=1",
    b'{"id": "x"} {"id": "y"}',
    b"\xff\xfe\x00",
    f'{{"id": "{ALARM_ID}"'.encode(),
    f'{{"id": "{ALARM_ID}", "kind": "\xff"}}'.encode("latin-1"),
    f'{{"id": "{ALARM_ID}"}}'.encode("utf-16"),
    b"\x00",
    b"<xml/>",
]


@pytest.mark.parametrize("raw", BROKEN)
async def test_broken_json_is_refused(house, raw):
    answer = await send(house, raw)
    assert (answer.status_code, code_of(answer)) == (400, "json_malformed")


async def test_a_byte_order_mark_and_lone_surrogates_do_no_harm(house):
    raw = f'{{"id": "{ALARM_ID}", "kind": "fire", "position": {{"lat": "\\ud800", "lon": 1}}}}'
    answer = await send(house, b"\xef\xbb\xbf" + raw.encode())
    assert answer.status_code == 201
    (last_press(house).raw_position or "").encode()


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
async def test_deep_nesting_is_refused_before_it_can_hurt(house, opening):
    inside = opening * (15_000 // len(opening))
    answer = await send(house, b'{"id": "x", "position": ' + inside)
    assert (answer.status_code, code_of(answer)) == (400, "body_too_deep")


async def test_brackets_in_a_text_are_no_nesting(house):
    assert (await press(house, kind="fire", note="[" * 5000 + '"\\"' + "{" * 5000)).kind is Kind.FIRE


async def test_more_than_16_kib_is_refused(house):
    answer = await send(house, b'{"id": "' + b"x" * read.MAX_BODY_BYTES + b'"}')
    assert (answer.status_code, code_of(answer)) == (413, "body_too_large")


async def test_exactly_16_kib_are_read(house):
    raw = msgspec.json.encode({"id": ALARM_ID, "filler": ""})
    raw = raw.replace(b'"filler":""', b'"filler":"' + b"x" * (read.MAX_BODY_BYTES - len(raw)) + b'"')
    assert len(raw) == read.MAX_BODY_BYTES
    assert (await send(house, raw)).status_code == 201


async def test_an_endless_body_is_refused_long_before_its_end(house):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1024
            yield b" " * 1024

    answer = await house.client.post("/v1/alarms", content=endless(), headers=bearer(RESIDENT))
    assert code_of(answer) == "body_too_large"
    assert sent <= 2 * read.MAX_BODY_BYTES


@pytest.mark.parametrize("length", ["17000", "9" * 5000, "-1", "many"])
async def test_what_a_header_says_of_the_length_is_not_trusted(house, length):
    answer = await send(house, b"{}", **{"content-length": length})
    assert (answer.status_code, code_of(answer)) == (413, "body_too_large")


async def test_a_header_that_promises_less_than_comes_hides_nothing(house):
    answer = await send(house, b" " * 20_000, **{"content-length": "10"})
    assert (answer.status_code, code_of(answer)) == (413, "body_too_large")


async def test_a_body_that_trickles_in_is_given_up(house, monkeypatch):
    monkeypatch.setattr(read, "BODY_TIMEOUT_S", 0.05)

    async def trickle():
        yield b"{"
        await asyncio.Event().wait()

    answer = await house.client.post("/v1/alarms", content=trickle(), headers=bearer(RESIDENT))
    assert (answer.status_code, code_of(answer)) == (408, "body_too_slow")


@pytest.mark.parametrize("media_type", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", ""])
async def test_another_content_type_is_refused(house, media_type):
    answer = await send(house, b"{}", **{"content-type": media_type})
    assert (answer.status_code, code_of(answer)) == (415, "content_type_unsupported")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/x.y+json"])
async def test_json_by_another_name_is_taken(house, media_type):
    raw = msgspec.json.encode({"id": ALARM_ID})
    assert (await send(house, raw, **{"content-type": media_type})).status_code == 201


async def test_a_phone_may_leave_the_content_type_out(house):
    answer = await house.client.post(
        "/v1/alarms", content=b'{"id": "%s"}' % ALARM_ID.encode(), headers=bearer(RESIDENT)
    )
    assert "content-type" not in answer.request.headers
    assert answer.status_code == 201


async def test_a_compressed_body_is_refused(house):
    answer = await send(house, b"\x1f\x8b", **{"content-encoding": "gzip"})
    assert (answer.status_code, code_of(answer)) == (415, "content_encoding_unsupported")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "token_missing"),
        ("", "token_missing"),
        ("Basic eDp5", "token_missing"),
        ("Bearer", "token_unknown"),
        ("Bearer nobody", "token_unknown"),
        ("Bearer \xff\xfe", "token_unknown"),
        ("Bearer " + "x" * 8000, "token_unknown"),
    ],
)
async def test_without_a_known_token_nothing_is_taken(house, authorization, code):
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    answer = await house.client.post("/v1/alarms", content=b"{}", headers=headers)
    assert (answer.status_code, code_of(answer)) == (401, code)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert house.journal.orders == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_refused_with_what_is_allowed(house, method):
    answer = await house.client.request(method, "/v1/alarms", headers=bearer(RESIDENT))
    assert (answer.status_code, code_of(answer)) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


async def test_a_journal_that_cannot_write_answers_503_and_when_to_come_back(house):
    house.journal.break_down()
    answer = await send(house, msgspec.json.encode({"id": ALARM_ID}))
    assert (answer.status_code, code_of(answer)) == (503, "journal_unavailable")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("raw", [*BROKEN, b'{"id": "SECRET"}', b'["SECRET"]', b'{"SECRET": [[[' + b"[" * 40])
async def test_a_refusal_repeats_nothing_of_what_was_sent(house, raw):
    answer = await send(house, raw, **{"x-secret": "SECRET"})
    assert 400 <= answer.status_code < 500
    assert b"SECRET" not in answer.content
    assert set(answer.json()) <= {"type", "title", "status", "code", "detail"}
