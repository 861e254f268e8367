"""The phone moves after the press: the incident moves with it, and whoever works on it sees where."""

from __future__ import annotations

from datetime import timedelta

from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_1, IN_RT_2, IN_RT_3, Spot
from tests.scenarios.people import Alarm
from tests.scenarios.screen import Json, Screen


def fix(city: City, spot: Spot, *, ago_s: float = 0.0) -> Json:
    return spot.sent((city.clock.now() - timedelta(seconds=ago_s)).isoformat())


async def stands_at(screen: Screen, alarm: Alarm, lon: float) -> Json:
    def find() -> Json | None:
        known = screen.incidents.get(alarm.incident_id)
        return known if known and known["position"]["lon"] == lon else None

    found = await screen.sees(find)
    assert found is not None
    return found


async def test_the_incident_moves_and_operators_and_responders_see_it_live(city: City) -> None:
    officer, operator, resident = city.officer_at(metres=200), city.operator(), city.resident()
    console, screen = await operator.watches(), await officer.watches()
    alarm = await resident.press(IN_RT_1)
    await officer.accepts(alarm)
    await city.passes(seconds=30)

    taken = await resident.moves(alarm, fix(city, IN_RT_2))

    assert taken == {"accepted": 1, "rejected": 0, "until": None}
    for one in (console, screen):
        seen = await stands_at(one, alarm, IN_RT_2.lon)
        assert seen["place"]["rt"]["code"] == "RT-2"
    track = (await operator.sees(alarm.incident_id))["track"]
    assert [(at["lon"], at["accuracy_m"], at["device"]) for at in track] == [
        (IN_RT_1.lon, 10.0, resident.subject),
        (IN_RT_2.lon, 10.0, resident.subject),
    ]


async def test_a_phone_whose_clock_was_set_back_moves_the_incident_again_within_seconds_and_is_marked(
    city: City,
) -> None:
    operator, resident, hour_s = city.operator(), city.resident(), 3600.0
    alarm = await resident.press(IN_RT_1, kind="fire")

    async def shown() -> Json:
        found: Json = (await operator.sees(alarm.incident_id))["incident"]
        return found

    for number in range(1, 3):
        await city.passes(seconds=5)
        await resident.moves(alarm, fix(city, IN_RT_1.east(20 * number), ago_s=hour_s))
    assert ((await shown())["position"]["lon"], (await shown())["flags"]) == (IN_RT_1.lon, [])
    await city.restarts()
    await city.passes(seconds=5)

    await resident.moves(alarm, fix(city, IN_RT_2, ago_s=hour_s))

    moved = await shown()
    assert (moved["position"]["lon"], moved["place"]["rt"]["code"]) == (IN_RT_2.lon, "RT-2")
    assert moved["flags"] == ["clock_set_back"]
    assert moved["position"]["at"][:19] == city.clock.now().isoformat()[:19]
    await city.passes(seconds=5)
    await resident.moves(alarm, fix(city, IN_RT_3, ago_s=hour_s), fix(city, IN_RT_1, ago_s=hour_s + 300))
    # What it had kept since before its clock was set back is older than where it is by now.
    await resident.moves(alarm, fix(city, IN_RT_1, ago_s=12))
    assert (await shown())["position"]["lon"] == IN_RT_3.lon
    await city.passes(seconds=5)
    await resident.moves(alarm, fix(city, IN_RT_2))
    assert (await shown())["position"]["lon"] == IN_RT_2.lon


async def test_what_a_phone_had_kept_moves_nothing_back_in_however_many_parts_it_comes(city: City) -> None:
    operator, resident = city.operator(), city.resident()
    alarm = await resident.press(IN_RT_1, kind="fire")
    await city.passes(seconds=300, step_s=100)
    await resident.moves(alarm, fix(city, IN_RT_2))
    for part in range(6):
        await city.passes(seconds=5)
        await resident.moves(alarm, fix(city, IN_RT_3, ago_s=290 - 30 * part))
    shown = (await operator.sees(alarm.incident_id))["incident"]
    assert (shown["position"]["lon"], shown["flags"]) == (IN_RT_2.lon, [])


async def test_buffered_reordered_and_repeated_positions_make_one_track_and_never_move_it_back(city: City) -> None:
    operator, resident = city.operator(), city.resident()
    console = await operator.watches()
    alarm = await resident.press(IN_RT_1)
    await city.passes(seconds=60)
    way = [fix(city, IN_RT_1.east(100 * number), ago_s=50 - 10 * number) for number in range(5)]

    await resident.moves(alarm, way[4], way[2])
    version = (await stands_at(console, alarm, way[4]["lon"]))["version"]
    taken = await resident.moves(alarm, way[3], way[0], way[4], way[1], way[2], {"lat": "nowhere", "lon": 0})

    assert (taken["accepted"], taken["rejected"]) == (5, 1)
    seen = await operator.sees(alarm.incident_id)
    assert [at["lon"] for at in seen["track"]] == [IN_RT_1.lon] + [at["lon"] for at in way]
    assert (seen["incident"]["position"]["lon"], seen["incident"]["version"]) == (way[4]["lon"], version)


async def test_a_changed_sector_is_told_to_both(city: City) -> None:
    west, east = city.operator("PS-BARAT"), city.operator("PS-TIMUR")
    left, right = await west.watches(), await east.watches()
    resident = city.resident()
    alarm = await resident.press(IN_RT_1)
    await left.shows(alarm.incident_id)
    assert alarm.incident_id not in right.incidents
    await city.passes(seconds=30)

    await resident.moves(alarm, fix(city, IN_RT_3))

    for screen in (left, right):
        seen = await stands_at(screen, alarm, IN_RT_3.lon)
        assert [sector["code"] for sector in seen["place"]["sectors"]] == ["PS-TIMUR"]
        assert [sector["code"] for sector in seen["former_sectors"]] == ["PS-BARAT"]
        assert screen.events[-1]["kind"] == "sector_changed"
    assert [one["id"] for one in (await west.gets("/v1/incidents"))["items"]] == [alarm.incident_id]
    await east.claims(alarm)
    fresh = await city.operator("PS-BARAT").watches()
    assert alarm.incident_id in fresh.incidents


async def test_the_first_position_of_an_unknown_place_tells_the_rt_and_asks_officers(city: City) -> None:
    officer, representative = city.officer_at(metres=200), city.representative("RT-1")
    page = await representative.watches()
    resident = city.resident()
    alarm = await resident.press(None)
    assert not await officer.has_offer(alarm)

    await resident.moves(alarm, fix(city, IN_RT_1))

    await officer.expects_push(alarm)
    await page.shows(alarm.incident_id, stage="offered")


async def test_it_ends_when_the_incident_is_closed_but_goes_on_for_a_while_after_a_cancel(city: City) -> None:
    operator = city.operator()
    resident, other = city.resident(), city.resident()
    await resident.sets_pins()
    kept, ended = await resident.press(), await other.press(IN_RT_3)
    until = (await resident.cancels(kept))["stream_until"]
    await operator.closes(kept, "false_alarm")
    await operator.closes(ended, "resolved")

    path = f"/v1/alarms/{ended.id}/positions"
    assert await other.is_refused(path, "incident_closed", {"positions": [fix(city, IN_RT_3)]}) == 409
    await city.passes(seconds=600, step_s=60)
    assert (await resident.moves(kept, fix(city, IN_RT_2)))["until"] == until
    assert len((await operator.sees(kept.incident_id))["track"]) == 2
    await city.passes(seconds=300, step_s=60)
    assert await resident.is_refused(f"/v1/alarms/{kept.id}/positions", "incident_closed", {"positions": []}) == 409


async def test_nobody_moves_anothers_alarm(city: City) -> None:
    alarm = await city.resident().press()
    path = f"/v1/alarms/{alarm.id}/positions"
    assert await city.resident().is_refused(path, "alarm_unknown", {"positions": [fix(city, IN_RT_2)]}) == 404
