"""The main story: one tap, everybody who must know knows, somebody goes, and a person closes it."""

from __future__ import annotations

from tests.scenarios.city import City
from tests.scenarios.ground import IN_RT_1


async def test_one_tap_reaches_console_rt_and_the_three_nearest_officers_of_whom_one_goes(city: City) -> None:
    near, middle, far = (city.officer_at(metres=metres) for metres in (200, 600, 900))
    too_far = city.officer_at(metres=1500)
    console, page = await city.operator().watches(), await city.representative("RT-1").watches()
    resident = city.resident()

    alarm = await resident.press(IN_RT_1, kind="fire")

    assert (alarm.place["rt"]["code"], alarm.place["sure"]) == ("RT-1", "inside")
    shown = await console.shows(alarm.incident_id, kind="fire", stage="offered")
    assert [offer["officer"]["id"] for offer in shown["offers"]] == [near.subject, middle.subject, far.subject]
    told = await page.shows(alarm.incident_id, kind="fire", position=None)
    assert told["place"]["rt"]["code"] == "RT-1"
    assert not await too_far.offers()
    for officer in (near, middle, far):
        await officer.expects_push(alarm)
        await officer.receipts(alarm)

    await middle.accepts(alarm)

    await console.shows(alarm.incident_id, stage="accepted")
    await page.shows(alarm.incident_id, stage="accepted")
    for other in (near, far):
        await other.expects_push(alarm, "offer_withdrawn")
        assert not await other.offers()
    assert (await resident.progress(alarm))["coming"][0]["name"] == middle.subject.title()


async def test_the_incident_is_followed_from_on_the_way_to_closed_on_every_screen(city: City) -> None:
    officer, operator, resident = city.officer_at(metres=200), city.operator(), city.resident()
    console, page = await operator.watches(), await city.representative("RT-1").watches()
    alarm = await resident.press()
    assignment = await officer.accepts(alarm)

    for status, stage in (("en_route", "accepted"), ("on_scene", "on_scene"), ("clear", "on_scene")):
        await officer.reports(assignment, status)
        await console.shows(alarm.incident_id, stage=stage)
        await page.shows(alarm.incident_id, stage=stage)
    await operator.claims(alarm)
    await console.shows(alarm.incident_id, claimed_by={"id": operator.subject, "name": operator.subject.title()})
    await operator.notes(alarm, "Api padam, tidak ada korban.")
    closed = await operator.closes(alarm, "resolved")

    assert (closed["status"], closed["disposition"]) == ("closed", "resolved")
    await console.sees(lambda: alarm.incident_id not in console.incidents)
    await page.sees(lambda: alarm.incident_id not in page.incidents)
    assert (await resident.progress(alarm))["stage"] == "closed"
    kinds = [entry["kind"] for entry in (await operator.sees(alarm.incident_id))["timeline"]]
    assert kinds[:2] == ["incident_opened", "offer_accepted"]
    assert kinds[2:] == ["assignment_changed", "assignment_changed", "claimed", "noted", "closed"]


async def test_a_note_on_a_closed_incident_does_not_bring_it_back(city: City) -> None:
    operator, resident = city.operator(), city.resident()
    console = await operator.watches()
    alarm = await resident.press()
    await operator.closes(alarm)

    await operator.notes(alarm, "Laporan menyusul.")
    another = await city.resident().press()

    await console.shows(another.incident_id)
    assert list(console.incidents) == [another.incident_id]
