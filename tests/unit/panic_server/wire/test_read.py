"""Whatever arrives, the readers take it or refuse it with a Refusal; nothing else ever comes out of them."""

import asyncio
import json
import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from panic_server.wire import problems, read, shapes
from panic_server.wire.problems import Refusal
from panic_server.wire.read import ClientGone, check_depth, decode_exactly, decode_leniently, read_body
from tests.unit.panic_server.wire.hostile import FRAGMENTS, JSON_VALUES, is_taken_or_refused

REQUESTS = [msgspec.json.Decoder(shape) for shape in (shapes.DeviceRequest, shapes.NoteRequest, shapes.CloseRequest)]


def refused(raw: bytes) -> problems.ProblemKind:
    with pytest.raises(Refusal) as caught:
        decode_leniently(raw)
    return caught.value.kind


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


@given(st.binary() | FRAGMENTS)
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"9" * 10_000)
def test_any_bytes_are_taken_or_refused(raw):
    assert is_taken_or_refused(lambda: decode_leniently(raw))
    assert all(is_taken_or_refused(partial(decode_exactly, raw, decoder)) for decoder in REQUESTS)


@given(st.dictionaries(st.text(), JSON_VALUES))
def test_what_python_calls_json_is_taken_and_is_pure_json_afterwards(value):
    taken = decode_leniently(json.dumps(value).encode())
    for leaf in leaves(taken):
        if isinstance(leaf, float):
            assert math.isfinite(leaf)
        if isinstance(leaf, str):
            assert "\0" not in leaf
            leaf.encode()
    assert msgspec.json.decode(msgspec.json.encode(taken)) is not None


@given(st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.integers(-(10**17), 10**17)))
def test_what_is_proper_json_is_taken_as_it_is(value):
    assert decode_leniently(msgspec.json.encode(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("NaN", "NaN"), ("-Infinity", "-Infinity"), ("1e999", "1e999"), ("1e-999", 0.0), ("9" * 30, 1e30), ("7", 7)],
)
def test_numbers_beyond_the_standard_become_their_text(text, value):
    assert decode_leniently(f'{{"a": {text}}}'.encode()) == {"a": value}


def test_a_huge_integer_is_no_trap():
    assert decode_leniently(b'{"a": ' + b"9" * 10_000 + b"}") == {"a": "9" * 32}


@pytest.mark.parametrize("depth", [1, 31, 32])
def test_nesting_up_to_the_limit_is_taken(depth):
    check_depth(b"[" * depth + b"]" * depth)


@pytest.mark.parametrize("raw", [b"[" * 33, b'{"a":' * 33, b"[]" * 50 + b"[" * 33, b'"[" ' + b"[" * 33])
def test_nesting_beyond_the_limit_is_refused(raw):
    with pytest.raises(Refusal) as caught:
        check_depth(raw)
    assert caught.value.kind is problems.BODY_TOO_DEEP


@pytest.mark.parametrize("raw", [b"[]" * 500, b'"' + b"[" * 500 + b'"', b'"\\"' + b"[" * 500 + b'"', b'"' + b"[" * 500])
def test_what_only_looks_nested_is_not(raw):
    check_depth(raw)


@pytest.mark.parametrize("raw", [b"[]", b"7", b"null", b'"x"', b"NaN"])
def test_only_an_object_is_a_body(raw):
    assert refused(raw) is problems.BODY_INVALID


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b'{"kind": "SECRET", "value": "x"}', "The field kind is missing or not what is expected"),
        (b'{"kind": "webpush"}', "The field value is missing or not what is expected"),
        (b'{"kind": "webpush", "value": 7}', "The field value is missing or not what is expected"),
        (b'["SECRET"]', "It must be an object"),
    ],
)
def test_a_refusal_names_our_field_and_never_what_was_in_it(raw, detail):
    with pytest.raises(Refusal) as caught:
        decode_exactly(raw, REQUESTS[0])
    assert (caught.value.kind, caught.value.detail) == (problems.BODY_INVALID, detail)


def test_a_nul_character_is_refused_before_a_database_sees_it():
    with pytest.raises(Refusal) as caught:
        decode_exactly(b'{"text": "a\\u0000b"}', REQUESTS[1])
    assert caught.value.detail == "The field text holds a NUL character"


async def test_a_client_that_hangs_up_is_no_error_of_ours():
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientGone):
        await read_body({}, receive)


async def test_a_body_in_pieces_is_put_together():
    pieces = [b'{"a"', b": ", b"1}"]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    assert await read_body({}, receive) == b'{"a": 1}'


async def test_one_byte_at_a_time_runs_out_of_time_as_a_whole(monkeypatch):
    monkeypatch.setattr(read, "BODY_TIMEOUT_S", 0.05)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b" ", "more_body": True}

    with pytest.raises(Refusal) as caught:
        await read_body({}, receive)
    assert caught.value.kind is problems.BODY_TOO_SLOW
