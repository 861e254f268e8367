"""Maps are swapped while alarms flow; tokens and maps that another process makes are known within a second."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from geo.areas import AreaMap
from geo.geofence import locate
from geo.geojson import read_map
from geo.position import Position
from panic_server.clock import SystemClock
from panic_server.journal.admin import issue_token, revoke_tokens
from panic_server.people import Role
from panic_server.wire import views
from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_3, ON_THE_BORDER, Spot, town_map
from tests.scenarios.people import Alarm, Officer, Operator
from tests.scenarios.waiting import eventually

SHIFTS = (0.0, 0.002, -0.002, 0.001, -0.001)


async def test_each_alarm_is_placed_with_exactly_one_version_of_the_map(city: City) -> None:
    residents = [city.resident() for _ in range(6)]
    # The town's own map is version 1; each later one moves the border between the two RT.
    maps = {number: read_map(town_map(border_shift=shift), version=number) for number, shift in enumerate(SHIFTS, 1)}
    taken: list[Alarm] = []
    is_over = asyncio.Event()

    async def press_on() -> None:
        while not is_over.is_set():
            spot = ON_THE_BORDER.east(city.random.uniform(-300, 300))
            taken.append(await city.random.choice(residents).press(spot))

    pressing = [asyncio.create_task(press_on()) for _ in range(4)]
    for number, shift in enumerate(SHIFTS[1:], 2):
        count = len(taken)
        await eventually(_more_than(taken, count + 15))
        assert await city.imports(town_map(border_shift=shift)) == number
    await eventually(_more_than(taken, len(taken) + 15))
    is_over.set()
    await asyncio.gather(*pressing)

    assert {alarm.place["map_version"] for alarm in taken} == set(maps)
    for alarm in taken:
        assert alarm.place == expected_place(maps[alarm.place["map_version"]], alarm)


def _more_than(taken: list[Alarm], count: int):
    async def find() -> bool:
        return len(taken) > count

    return find


def expected_place(area_map: AreaMap, alarm: Alarm) -> object:
    sent = alarm.body["position"]
    place = locate(area_map, Position(sent["lat"], sent["lon"], sent["accuracy_m"], None))
    return msgspec.json.decode(msgspec.json.encode(views.place(place)))


async def test_an_incidents_place_does_not_change_when_the_map_does(city: City) -> None:
    operator = city.operator()
    spot = ON_THE_BORDER.east(-100)
    alarm = await city.resident().press(spot)
    await city.imports(town_map(border_shift=-0.005))

    later = await city.resident().press(spot)

    assert (alarm.place["rt"]["code"], later.place["rt"]["code"]) == ("RT-1", "RT-2")
    seen = await operator.sees(alarm.incident_id)
    assert (seen["incident"]["place"]["map_version"], seen["incident"]["place"]["rt"]["code"]) == (1, "RT-1")


async def test_a_map_that_cannot_be_read_costs_no_alarm_and_is_on_the_health_page(city: City) -> None:
    resident, operator = city.resident(), city.operator()
    await city.ready()
    await city.change_database("INSERT INTO maps VALUES (2, 0, '{')")
    await city.change_database("UPDATE catalogue SET revision = revision + 1 WHERE name = 'map'")

    async def is_told() -> bool:
        await city.passes(seconds=1)
        return not await is_well(city, "map")

    await eventually(is_told)
    for _ in range(2):
        await city.passes(seconds=5)
        assert not await is_well(city, "map")
        assert await is_well(city, "database")
        assert (await resident.press()).place["map_version"] == 1
        await city.restarts()
    assert await city.imports(town_map()) == 3
    await city.passes(seconds=1)
    assert await is_well(city, "map")
    assert (await operator.gets("/v1/areas/at?lat=-6.99&lon=110.42"))["map_version"] == 3


async def is_well(city: City, part: str) -> bool:
    health = (await city.http.get(f"{city.url}/readyz")).json()
    return any(one["ok"] for one in health["components"] if one["name"] == part)


@pytest.fixture
async def real_city(folder: Path):
    """Its clock is the machine's."""
    async with City(folder, clock=SystemClock()) as city:
        await city.ready()
        yield city


async def command(city: City, *arguments: str) -> tuple[str, float]:
    """Another process; its last line, and when it had ended."""
    env = {**os.environ, "KENTONGAN_DATA_DIR": str(city.settings.data_dir)}
    run = [sys.executable, "-m", "panic_server.cli", *arguments]
    done = await asyncio.to_thread(subprocess.run, run, env=env, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1], time.monotonic()


@pytest.mark.serial
async def test_tokens_and_rights_made_by_another_process_are_known_within_a_second(real_city: City) -> None:
    city = real_city
    token, _ = await command(city, "token", "--role", "operator", "--subject", "op", "--area", "PS-TIMUR")
    operator = Operator(city, "op", token)
    assert [area["code"] for area in (await operator.gets("/v1/me"))["areas"]] == ["PS-TIMUR"]
    console = await operator.watches()

    for given, expected in ((("--area", "PS-BARAT"), ["PS-BARAT"]), (("--city-wide",), [])):
        _, done = await command(city, "token", "--role", "operator", "--subject", "op", *given)

        async def has_other_rights(areas: list[str] = expected) -> bool:
            return [area["code"] for area in (await operator.gets("/v1/me"))["areas"]] == areas

        await eventually(has_other_rights)
        assert time.monotonic() - done < 1.0
    assert console.is_welcome


async def test_an_open_console_that_is_made_city_wide_starts_afresh_with_the_whole_city(city: City) -> None:
    operator = city.operator("PS-BARAT")
    console = await operator.watches()
    alarm = await city.resident().press(IN_RT_3)
    url, who, now = city.settings.database_url, operator.subject, city.clock.now()
    await asyncio.to_thread(issue_token, url, role=Role.OPERATOR, subject=who, areas=(), name=None, now=now)
    assert alarm.incident_id not in console.incidents

    await city.passes(seconds=16)

    assert await console.sees(lambda: console.close_code) == 1012
    await console.opens()
    assert alarm.incident_id in console.incidents


@pytest.mark.serial
async def test_a_token_that_was_tried_too_early_works_within_a_second_once_it_is_there(real_city: City) -> None:
    city = real_city
    known = Operator(city, "known", (await command(city, "token", "--role", "operator", "--subject", "known"))[0])
    assert await known.gets("/v1/me")

    token, done = await command(city, "token", "--role", "resident", "--subject", "warga")

    assert (await Operator(city, "warga", token).asks("GET", "/v1/me")).status_code == 200
    assert time.monotonic() - done < 1.0


@pytest.mark.serial
async def test_whose_tokens_another_process_ends_is_signed_out_and_off_duty_within_seconds(real_city: City) -> None:
    city = real_city
    officer, operator = city.officer_at(metres=200), city.operator()
    await city.ready()
    alarm = await city.resident().press()
    assert await officer.has_offer(alarm)

    said, done = await command(city, "token", "--role", "officer", "--subject", officer.subject, "--revoke")
    assert said == f"{officer.subject} is signed out: 1 tokens are worth nothing any more"

    async def is_not_asked_any_more() -> bool:
        offers = (await operator.sees(alarm.incident_id))["incident"]["offers"]
        return [one["status"] for one in offers] == ["withdrawn"]

    await eventually(is_not_asked_any_more)
    assert time.monotonic() - done < 2.0
    assert (await officer.asks("GET", "/v1/me")).status_code == 401
    later = await city.resident().press(ON_THE_BORDER)
    assert (await operator.sees(later.incident_id))["incident"]["offers"] == []


@pytest.mark.serial
async def test_a_map_imported_by_another_process_is_in_force_within_a_second(real_city: City, tmp_path: Path) -> None:
    city = real_city
    operator, spot = city.operator(), ON_THE_BORDER.east(-100)
    file = tmp_path / "town.geojson"
    file.write_bytes(town_map(border_shift=-0.005))
    assert await rt_at(operator, spot) == "RT-1"

    _, done = await command(city, "import-areas", str(file))

    async def is_in_force() -> bool:
        return await rt_at(operator, spot) == "RT-2"

    await eventually(is_in_force)
    assert time.monotonic() - done < 1.0


async def test_whose_tokens_were_ended_while_the_server_was_down_is_off_duty_after_its_start(city: City) -> None:
    _, other = await one_of_two_is_signed_out_while_the_server_is_down(city)
    await city.starts()

    alarm = await city.resident().press()

    assert await other.has_offer(alarm)
    assert await on_duty(city) == {other.subject}


async def test_duty_that_cannot_be_ended_at_the_start_is_ended_once_the_journal_writes_again(city: City) -> None:
    officer, other = await one_of_two_is_signed_out_while_the_server_is_down(city)
    await city.change_database(
        "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    await city.starts()
    assert await on_duty(city) == {officer.subject, other.subject}

    await city.change_database("DROP TRIGGER full")
    await city.passes(seconds=20)

    assert await on_duty(city) == {other.subject}


async def one_of_two_is_signed_out_while_the_server_is_down(city: City) -> tuple[Officer, Officer]:
    """Both were on duty; the first is the one."""
    officer, other = city.officer_at(metres=200), city.officer_at(metres=900)
    await city.ready()
    await city.stops()
    await asyncio.to_thread(
        revoke_tokens, city.settings.database_url, role=Role.OFFICER, subject=officer.subject, now=city.clock.now()
    )
    return officer, other


async def on_duty(city: City) -> set[str]:
    return {str(row["officer_id"]) for row in await city.rows("SELECT officer_id FROM duty WHERE on_duty")}


async def test_a_bad_map_is_refused_with_what_is_wrong_and_the_old_one_stays(real_city: City, tmp_path: Path) -> None:
    city = real_city
    operator, spot = city.operator(), ON_THE_BORDER.east(-100)
    file = tmp_path / "town.geojson"
    file.write_bytes(town_map().replace(b'"parent": "KOTA"', b'"parent": "DESA"', 1))

    with pytest.raises(subprocess.CalledProcessError) as refused:
        await command(city, "import-areas", str(file))

    assert "RT-1: its parent DESA is not on the map" in refused.value.stderr
    assert await rt_at(operator, spot) == "RT-1"


async def rt_at(operator: Operator, spot: Spot) -> str:
    place = await operator.gets(f"/v1/areas/at?lat={spot.lat}&lon={spot.lon}&accuracy_m=5")
    return str(place["rt"]["code"])
