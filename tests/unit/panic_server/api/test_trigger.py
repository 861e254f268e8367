"""POST /v1/alarms: no genuine alarm is refused, whatever its fields say; what is wrong with them is marked."""

from datetime import timedelta

import msgspec
import pytest

from dispatch.incident import Kind
from tests.unit.panic_server.api.doubles import ALARM_ID, NOW, PEOPLE, POSITION, RESIDENT, bearer
from tests.unit.panic_server.api.pressing import last_press, press, send

GOOD = {"lat": -6.995, "lon": 110.405, "accuracy_m": 12, "at": NOW.isoformat()}


async def test_a_press_is_answered_with_what_the_journal_says(house):
    answer = await send(house, msgspec.json.encode({"id": ALARM_ID, "kind": "fire", "position": GOOD}))
    assert answer.status_code == 201
    assert answer.content == house.journal.answers[RESIDENT.subject, ALARM_ID]


async def test_the_same_again_gets_the_first_answer_with_200(house):
    raw = msgspec.json.encode({"id": ALARM_ID, "kind": "fire", "position": GOOD})
    first, again = await send(house, raw), await send(house, raw)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.role.value)
async def test_anybody_with_a_token_may_press(house, person):
    answer = await house.client.post("/v1/alarms", json={"id": ALARM_ID}, headers=bearer(person))
    assert answer.status_code == 201
    assert last_press(house).device == person.subject


async def test_an_alarm_with_nothing_but_its_id_is_an_emergency(house):
    alarm = await press(house)
    assert (alarm.kind, alarm.position, alarm.silent, alarm.drill) == (Kind.EMERGENCY, None, False, False)
    assert set(alarm.flags) == {"kind_missing", "position_missing"}


@pytest.mark.parametrize("kind", ["earthquake", "FIRE", "", 7, True, ["fire"], {"kind": "fire"}, 1.5])
async def test_an_unknown_kind_is_an_emergency_and_flagged(house, kind):
    alarm = await press(house, kind=kind)
    assert alarm.kind is Kind.EMERGENCY
    assert "kind_unknown" in alarm.flags


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_known_kind_is_taken_as_it_is(house, kind):
    alarm = await press(house, kind=kind.value)
    assert alarm.kind is kind
    assert not {"kind_unknown", "kind_missing"} & set(alarm.flags)


BAD_POSITIONS: list[tuple[str, str]] = [
    ("null", "position_missing"),
    ('{"lat": NaN, "lon": 110.4}', "position_invalid"),
    ('{"lat": -6.9, "lon": Infinity}', "position_invalid"),
    ('{"lat": -6.9, "lon": -Infinity}', "position_invalid"),
    ('{"lat": 1e999, "lon": 110.4}', "position_invalid"),
    ('{"lat": 91, "lon": 200}', "position_invalid"),
    ('{"lat": 0, "lon": 0}', "position_null_island"),
    ('{"lat": "here", "lon": "there"}', "position_invalid"),
    ('{"lat": false, "lon": true}', "position_invalid"),
    ('{"lat": -6.9}', "position_missing"),
    ("{}", "position_missing"),
    ("[110.4, -6.9]", "position_invalid"),
    ('"-6.9,110.4"', "position_invalid"),
    ("7", "position_invalid"),
    (f'{{"lat": {"9" * 5000}, "lon": 110.4}}', "position_invalid"),
]


@pytest.mark.parametrize(("position", "flag"), BAD_POSITIONS, ids=[text[:40] for text, _ in BAD_POSITIONS])
async def test_no_position_however_wrong_refuses_an_alarm(house, position, flag):
    answer = await send(house, f'{{"id": "{ALARM_ID}", "kind": "fire", "position": {position}}}'.encode())
    assert answer.status_code == 201
    alarm = last_press(house)
    assert alarm.position is None
    assert flag in alarm.flags
    assert alarm.kind is Kind.FIRE


@pytest.mark.parametrize("accuracy", [0, -5, "NaN", "1e999", '"good"', "null", 1e9])
async def test_a_bad_accuracy_keeps_the_position(house, accuracy):
    raw = f'{{"id": "{ALARM_ID}", "position": {{"lat": -6.995, "lon": 110.405, "accuracy_m": {accuracy}}}}}'
    assert (await send(house, raw.encode())).status_code == 201
    alarm = last_press(house)
    assert alarm.position is not None
    assert (alarm.position.lat, alarm.position.lon) == (POSITION.lat, POSITION.lon)
    assert any(flag.startswith("accuracy_") for flag in alarm.flags)


async def test_a_swapped_position_is_put_right_and_what_was_sent_is_kept(house):
    alarm = await press(house, position={"lat": 110.405, "lon": -6.995, "accuracy_m": 9})
    assert alarm.position is not None
    assert (alarm.position.lat, alarm.position.lon) == (-6.995, 110.405)
    assert "position_swapped" in alarm.flags
    assert msgspec.json.decode(alarm.raw_position or "") == {"lat": 110.405, "lon": -6.995, "accuracy_m": 9}


async def test_a_position_taken_as_it_came_is_not_kept_twice(house):
    assert (await press(house, position=GOOD)).raw_position is None


async def test_what_was_sent_as_position_is_kept_within_bounds(house):
    alarm = await press(house, position={"lat": "\0", "lon": "\u2028" * 3000})
    assert alarm.raw_position is not None
    assert len(alarm.raw_position.encode()) <= 2048
    assert "\\u0000" not in alarm.raw_position
    assert msgspec.json.decode(alarm.raw_position)


@pytest.mark.parametrize(
    ("pressed_at", "flag"),
    [
        ("2026-11-22T12:00:01", "pressed_at_unusual"),
        (NOW.timestamp(), "pressed_at_unusual"),
        (NOW.timestamp() * 1000, "pressed_at_unusual"),
        ((NOW + timedelta(hours=3)).isoformat(), "pressed_at_future"),
        ((NOW - timedelta(hours=3)).isoformat(), "pressed_at_past"),
        ("yesterday", "pressed_at_invalid"),
        ("0001-01-01T00:00:00+14:00", "pressed_at_invalid"),
        (1e300, "pressed_at_invalid"),
        (-1, "pressed_at_invalid"),
        (True, "pressed_at_invalid"),
        ({}, "pressed_at_invalid"),
        ("9" * 3000, "pressed_at_invalid"),
    ],
)
async def test_a_strange_time_is_flagged(house, pressed_at, flag):
    alarm = await press(house, pressed_at=pressed_at)
    assert flag in alarm.flags
    assert (alarm.pressed_at is None) == (flag == "pressed_at_invalid")


async def test_a_usual_time_is_not_flagged(house):
    alarm = await press(house, pressed_at="2026-11-22T19:00:00+07:00", sent_at=NOW.isoformat())
    assert (alarm.pressed_at, alarm.sent_at) == (NOW, NOW)
    assert not [flag for flag in alarm.flags if flag.startswith(("pressed_at", "sent_at"))]


@pytest.mark.parametrize(
    ("raw", "silent", "flag"),
    [
        (True, True, None),
        (False, False, None),
        (None, False, None),
        ("true", True, "silent_unusual"),
        ("ya", True, "silent_unusual"),
        (1, True, "silent_unusual"),
        (0, False, "silent_unusual"),
        ("tidak", False, "silent_unusual"),
        ("whisper", True, "silent_invalid"),
        ([], True, "silent_invalid"),
        (2.5, True, "silent_invalid"),
    ],
)
async def test_silence_is_read_on_the_safe_side(house, raw, silent, flag):
    alarm = await press(house, silent=raw)
    assert alarm.silent is silent
    assert [one for one in alarm.flags if one.startswith("silent")] == ([flag] if flag else [])


async def test_an_unreadable_drill_is_a_real_alarm(house):
    alarm = await press(house, drill="perhaps")
    assert alarm.drill is False
    assert "drill_invalid" in alarm.flags


async def test_what_we_do_not_know_is_passed_over(house):
    alarm = await press(house, kind="fire", battery=3, deeply={"nested": [1, {"a": None}]})
    assert alarm.kind is Kind.FIRE


async def test_of_a_repeated_key_the_last_counts(house):
    await send(house, f'{{"id": "{ALARM_ID}", "kind": "fire", "kind": "crime", "position": NaN}}'.encode())
    assert last_press(house).kind is Kind.CRIME


@pytest.mark.parametrize("raw_id", [ALARM_ID.upper(), f"{{{ALARM_ID}}}", ALARM_ID.replace("-", ""), f" {ALARM_ID} "])
async def test_an_id_has_one_form_however_it_is_written(house, raw_id):
    assert (await press(house, id=raw_id)).id == ALARM_ID


async def test_the_retry_of_a_press_has_the_same_digest_whenever_it_is_sent(house):
    fields = {"kind": "fire", "position": GOOD, "pressed_at": NOW.isoformat()}
    first = await press(house, **fields, sent_at=NOW.isoformat())
    retry = await press(house, **fields, sent_at=(NOW + timedelta(seconds=9)).isoformat(), attempt=2)
    assert first.digest == retry.digest


@pytest.mark.parametrize(
    "change", [{"kind": "crime"}, {"position": None}, {"pressed_at": None}, {"silent": True}, {"drill": True}]
)
async def test_another_content_has_another_digest(house, change):
    fields = {"kind": "fire", "position": GOOD, "pressed_at": NOW.isoformat()}
    first = await press(house, **fields)
    assert (await press(house, **{**fields, **change})).digest != first.digest


async def test_the_order_of_keys_is_no_content(house):
    first = await press(house, kind="fire", position={"lat": -6.9, "lon": 110.4})
    second = await press(house, position={"lon": 110.4, "lat": -6.9}, kind="fire")
    assert first.digest == second.digest


async def test_alarms_and_refusals_are_counted(house):
    await press(house, kind="fire")
    await press(house, kind="fire")
    await send(house, b"{")
    rendered = house.metrics.render().decode()
    assert 'kentongan_alarms_total{kind="fire"} 1.0' in rendered
    assert "kentongan_alarm_repeats_total 1.0" in rendered
    assert 'kentongan_refused_total{code="json_malformed"} 1.0' in rendered
