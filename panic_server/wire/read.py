"""Reads request bodies, bounded in size, time and depth: whatever the bytes, taken or refused with a `Refusal`.

What must be exact is decoded by msgspec. A phone's alarm and positions, when msgspec refuses them, are read once more
by Python's json, which takes NaN and 1e999: a broken coordinate is no reason to lose an alarm.
"""

import asyncio
import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final, TypeVar

import msgspec

from panic_server.wire.problems import (
    BODY_INVALID,
    BODY_TOO_DEEP,
    BODY_TOO_LARGE,
    BODY_TOO_SLOW,
    CONTENT_ENCODING,
    CONTENT_TYPE,
    JSON_MALFORMED,
    Refusal,
)

# From the contract.
MAX_BODY_BYTES: Final = 16 * 1024

# A position within an alarm needs 2; what is deeper than 32 was made to hurt.
MAX_DEPTH: Final = 32

# 16 KiB in this time are 13 kbit/s, slower than GPRS; a phone in a dead spot tries again rather than trickle.
BODY_TIMEOUT_S: Final = 10.0

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
T = TypeVar("T")


_JSON_TYPE: Final = re.compile(r"application/(?:[a-z0-9.-]+\+)?json")


class ClientGone(Exception):
    """The client closed the connection before its request was whole."""


async def read_body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """The whole body of an ASGI request. Raises Refusal, or ClientGone."""
    check_content(headers)
    length = headers.get("content-length", "0")
    # More than nine digits is more than a GB, and int() refuses very long numbers with an error of its own.
    if len(length) > 9 or not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        raise Refusal(BODY_TOO_LARGE)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await _collect(receive)
    except TimeoutError:
        raise Refusal(BODY_TOO_SLOW) from None


def check_content(headers: Mapping[str, str]) -> None:
    """A phone may leave the content type out; another one than JSON is a mistake, or a form of another site's page."""
    media_type = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if _JSON_TYPE.fullmatch(media_type) is None:
        raise Refusal(CONTENT_TYPE)
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Refusal(CONTENT_ENCODING)


async def _collect(receive: Receive) -> bytes:
    """Stops as soon as there is too much, whatever the headers promised."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise Refusal(BODY_TOO_LARGE)
        if not message.get("more_body", False):
            return bytes(body)


def decode_exactly(raw: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Raises Refusal."""
    check_depth(raw)
    try:
        decoded = decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise Refusal(BODY_INVALID, field_of(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal(JSON_MALFORMED) from None
    if isinstance(decoded, msgspec.Struct):
        _refuse_nul(decoded)
    return decoded


def decode_leniently(raw: bytes) -> dict[str, Any]:
    """An object, as pure JSON values: what is no number by the standard (NaN, 1e999) comes back as its text.

    Of repeated keys the last one counts. Raises Refusal.
    """
    check_depth(raw)
    try:
        # A byte order mark is not JSON, but RFC 8259 lets a reader pass over it.
        text = raw.decode("utf-8-sig")
        decoded = json.loads(text, parse_int=_read_int, parse_float=_read_float, parse_constant=str)
    except ValueError:
        raise Refusal(JSON_MALFORMED) from None
    if not isinstance(decoded, dict):
        raise Refusal(BODY_INVALID, "It must be an object")
    return {_mend(key): _mend(value) for key, value in decoded.items()}


_TOKENS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)


def check_depth(raw: bytes) -> None:
    """Raises Refusal. Brackets within strings do not count."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _TOKENS.finditer(raw):
        match token[0]:
            case b"[" | b"{":
                depth += 1
                if depth > MAX_DEPTH:
                    raise Refusal(BODY_TOO_DEEP)
            case b"]" | b"}":
                depth -= 1
            case _:
                pass


# Longer ones hold no more than a float does, and Python refuses to read those above 4,300 digits.
_LONGEST_INT: Final = 18


def _read_int(text: str) -> int | float | str:
    return int(text) if len(text) <= _LONGEST_INT else _read_float(text)


def _read_float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text[:32]


def _mend(value: Any) -> Any:
    """Without lone surrogates, which cannot be written as UTF-8, and without NUL, which PostgreSQL cannot hold."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
        case dict():
            return {_mend(key): _mend(one) for key, one in value.items()}
        case list():
            return [_mend(one) for one in value]
        case _:
            return value


# msgspec writes a field of ours as `$.name`, or names it when it is missing; what a client made up it shows as `[...]`.
_FIELD: Final = re.compile(r"at `\$\.([a-z_]+)|required field `([a-z_]+)`")


def field_of(message: str) -> str:
    """A sentence that names the field; the rest of msgspec's message may repeat what the client sent."""
    found = _FIELD.search(message)
    if found is None:
        return "It must be an object"
    return f"The field {found[1] or found[2]} is missing or not what is expected"


def _refuse_nul(decoded: msgspec.Struct) -> None:
    for name in decoded.__struct_fields__:
        value = getattr(decoded, name)
        if isinstance(value, str) and "\0" in value:
            raise Refusal(BODY_INVALID, f"The field {name} holds a NUL character")
