"""Reading a press is total: an object with a UUID as its id is an alarm, and any other bytes are refused in one way."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from panic_server.api.press import RAW_POSITION_BYTES, read_press
from panic_server.wire.read import MAX_BODY_BYTES
from tests.unit.panic_server.api.doubles import ALARM_ID, NOW
from tests.unit.panic_server.wire.hostile import FRAGMENTS, JSON_VALUES, is_taken_or_refused

NUMBERS = st.integers() | st.floats() | st.text(max_size=8)
POSITIONS = st.fixed_dictionaries({}, optional={"lat": NUMBERS, "lon": NUMBERS, "accuracy_m": NUMBERS, "at": NUMBERS})
TIMES = st.datetimes().map(str) | NUMBERS | JSON_VALUES
ALARMS = st.fixed_dictionaries(
    {"id": st.uuids().map(str)},
    optional={
        "kind": st.sampled_from(["fire", "crime"]) | JSON_VALUES,
        "position": POSITIONS | JSON_VALUES,
        "pressed_at": TIMES,
        "sent_at": TIMES,
        "silent": JSON_VALUES,
        "drill": JSON_VALUES,
        "more": JSON_VALUES,
    },
)


@given(ALARMS)
def test_whatever_the_fields_are_an_alarm_with_an_id_is_an_alarm(fields: dict[str, Any]):
    # Written as a careless phone would: with NaN, Infinity and lone surrogates.

    raw = json.dumps(fields).encode()
    if len(raw) > MAX_BODY_BYTES:
        return
    press = read_press(raw, device="phone", now=NOW)
    assert press.id == fields["id"]
    for time in (press.pressed_at, press.sent_at):
        assert time is None or time.tzinfo is UTC
    if press.raw_position is not None:
        assert len(press.raw_position.encode()) <= RAW_POSITION_BYTES
        msgspec.json.decode(press.raw_position)


@given(ALARMS)
def test_the_same_bytes_are_the_same_press_at_any_time(fields: dict[str, Any]):
    raw = msgspec.json.encode(fields)
    later = datetime(2031, 1, 1, tzinfo=UTC)
    assert read_press(raw, device="phone", now=NOW).digest == read_press(raw, device="phone", now=later).digest


@given(st.binary() | FRAGMENTS | FRAGMENTS.map(lambda raw: b'{"id":"%s","position":%s}' % (ALARM_ID.encode(), raw)))
def test_any_other_bytes_are_taken_or_refused(raw: bytes):
    assert is_taken_or_refused(lambda: read_press(raw, device="phone", now=NOW))
