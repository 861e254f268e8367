"""The policy's file on a server that runs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from panic_server.policies import shipped_text
from panic_server.settings import Settings
from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_2

OWN = 'version = "{}"\njoin_radius_max_m = 0\n[usual]\nofficers_per_step = {}\nrings_m = [500000]\n'


async def write(path: Path, version: str, officers: int | str) -> None:
    path.write_text(OWN.format(version, officers), encoding="utf-8")  # noqa: ASYNC240 - a small file of a test


async def test_a_changed_policy_decides_without_a_restart_and_the_incident_remembers_which_one(folder: Path) -> None:
    file = folder / "policy.toml"
    await write(file, "kota-1", 1)
    async with City(folder) as city:
        city.settings = Settings(data_dir=folder, policy=file, log_level="warning")
        city.has_policy_file = True
        officers = [city.officer_at(metres=metres) for metres in (200, 400, 600)]
        operator = city.operator()
        first = await city.resident().press()
        assert [await officer.has_offer(first) for officer in officers] == [True, False, False]

        await write(file, "kota-2", 2)
        await city.goes_on_until(lambda: city.server.policies.current.version.startswith("kota-2"))

        second = await city.resident().press(IN_RT_2)
        seen = [(await operator.sees(alarm.incident_id))["incident"] for alarm in (first, second)]
        assert [one["policy"].partition("+")[0] for one in seen] == ["kota-1", "kota-2"]
        assert len(seen[1]["offers"]) == 2


async def test_what_a_version_said_can_be_read_long_after_another_one_came_into_force(folder: Path) -> None:
    file = folder / "policy.toml"
    await write(file, "kota/2026 (Ramadan)", 1)
    async with City(folder) as city:
        city.settings = Settings(data_dir=folder, policy=file, log_level="warning")
        city.has_policy_file = True
        operator = city.operator()
        decided = (await operator.sees((await city.resident().press()).incident_id))["incident"]["policy"]
        await write(file, "kota-2", 2)
        await city.goes_on_until(lambda: city.server.policies.current.version.startswith("kota-2"))
        await city.restarts()

        said = await operator.gets(f"/v1/policies/{quote(decided)}")
        assert (said["version"], said["in_force"]) == (decided, False)
        assert said["text"] == OWN.format("kota/2026 (Ramadan)", 1)
        assert said["first_in_force_at"] == said["last_in_force_at"] == "2026-11-22T20:00:00Z"
        listed = (await operator.gets("/v1/policies"))["items"]
        assert [(one["version"].partition("+")[0], one["in_force"]) for one in listed] == [
            ("kota-2", True),
            ("kota/2026 (Ramadan)", False),
        ]
        for unknown in ("kota-3", "a%00b", "%ff", "x" * 70, decided[:-1]):
            assert await operator.is_refused(f"/v1/policies/{unknown}", "policy_unknown", method="GET") == 404
        assert await city.supervisor().gets("/v1/policies") == await operator.gets("/v1/policies")
        assert await city.representative("RT-1").is_refused("/v1/policies", "role_not_allowed", method="GET") == 403


async def test_an_old_policy_says_what_it_did_with_an_incident(folder: Path) -> None:
    file = folder / "policy.toml"
    file.write_text(shipped_text(), encoding="utf-8")
    async with City(folder) as city:
        city.settings = Settings(data_dir=folder, policy=file, log_level="warning")
        city.has_policy_file = True
        operator = city.operator()
        version = quote((await operator.gets("/v1/policies"))["items"][0]["version"])
        by_day, by_night = "2026-11-22T05:00:00Z", "2026-11-22T20:00:00%2B00:00"

        crime = (await operator.gets(f"/v1/policies/{version}?kind=crime&opened_at={by_day}"))["rules"]
        assert (crime["places"], crime["officers_per_step"], crime["claim_s"]) == (2, 3, [10, 30, 120])
        assert (crime["rings_m"], crime["tells_neighbours"]) == ([1500, 3000, 6000, 12000], True)
        at_night = (await operator.gets(f"/v1/policies/{version}?kind=crime&opened_at={by_night}"))["rules"]
        assert at_night["rings_m"] == [3000, 6000, 12000]
        violence = (await operator.gets(f"/v1/policies/{version}?kind=violence&opened_at={by_day}"))["rules"]
        assert violence["tells_neighbours"] is False
        assert (await operator.gets(f"/v1/policies/{version}"))["rules"] is None
        assert await operator.is_refused(f"/v1/policies/{version}?kind=theft", "query_invalid", method="GET") == 422


async def test_a_mistake_in_the_policy_is_seen_by_the_consoles_and_changes_nothing(folder: Path) -> None:
    file = folder / "policy.toml"
    await write(file, "kota-1", 1)
    async with City(folder) as city:
        city.settings = Settings(data_dir=folder, policy=file, log_level="warning")
        city.has_policy_file = True
        console = await city.operator().watches()

        await write(file, "kota-2", '"three"')
        await city.goes_on_until(lambda: "policy" in console.degraded)

        assert city.server.policies.current.version.startswith("kota-1")
        await write(file, "kota-3", 3)
        await city.goes_on_until(lambda: "policy" not in console.degraded)
        assert city.server.policies.current.version.startswith("kota-3")


async def test_a_restart_with_a_mistake_in_the_policy_goes_on_as_the_city_decided_last(folder: Path) -> None:
    file = folder / "policy.toml"
    await write(file, "kota-1", 1)
    async with City(folder) as city:
        city.settings = Settings(data_dir=folder, policy=file, log_level="warning")
        city.has_policy_file = True
        officers = [city.officer_at(metres=metres) for metres in (200, 400, 600)]
        operator = city.operator()
        await city.resident().press(IN_RT_2)
        await write(file, "kota-2", '"three"')
        await city.restarts()

        alarm = await city.resident().press()
        assert (await operator.sees(alarm.incident_id))["incident"]["policy"].startswith("kota-1")
        assert sum([await officer.has_offer(alarm) for officer in officers]) == 1
        console = await operator.watches()
        await city.goes_on_until(lambda: "policy" in console.degraded)
