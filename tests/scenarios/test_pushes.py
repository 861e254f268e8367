"""Pushes through the real firebase-admin to a fake Google: what goes out, and what when Google does not answer."""

from __future__ import annotations

from tests.fake_fcm.process import FakeFcmProcess
from tests.scenarios.city import City, device_of
from tests.scenarios.ground import IN_RT_1
from tests.scenarios.waiting import until


async def test_the_phones_of_exactly_the_asked_officers_and_the_rt_ring_with_ids_only(
    city_with_google: City, fake_fcm: FakeFcmProcess
) -> None:
    city = city_with_google
    city.policy(officers_per_step=3)
    asked = [city.officer_at(metres=metres) for metres in (200, 400, 600)]
    city.officer_at(metres=1500)
    ketua = city.representative("RT-1")

    alarm = await city.resident(subject="warga-rahasia").press(IN_RT_1, kind="fire")

    for officer in asked:
        push = await officer.expects_push(alarm)
        assert set(push) == {"type", "push_id", "incident_id", "offer_id"}
    told = await city.expects_push(ketua.subject, alarm, "neighbourhood")
    assert (told["incident_id"], told.get("offer_id") or None) == (alarm.incident_id, None)
    devices = [record["device"] for record in fake_fcm.sent()]
    assert sorted(devices) == sorted(device_of(person.subject) for person in (*asked, ketua))
    for secret in ("warga-rahasia", str(IN_RT_1.lat), str(IN_RT_1.lon), "fire", "RT-1"):
        assert secret not in str([record["message"] for record in fake_fcm.attempts()])
    assert all(record["message"]["android"]["priority"] == "high" for record in fake_fcm.sent())


async def test_a_silent_alarm_rings_at_the_officers_and_not_in_the_rt(
    city_with_google: City, fake_fcm: FakeFcmProcess
) -> None:
    city = city_with_google
    officer = city.officer_at(metres=200)
    city.representative("RT-1")

    alarm = await city.resident().press(silent=True)

    await officer.expects_push(alarm)
    assert [record["device"] for record in fake_fcm.attempts()] == [device_of(officer.subject)]


async def test_the_quiet_hours_and_the_all_clear_wake_nobody_while_officers_are_woken(
    city_with_google: City, fake_fcm: FakeFcmProcess
) -> None:
    city = city_with_google
    officer, ketua, operator = city.officer_at(metres=200), city.representative("RT-1"), city.operator()

    # It is three in the morning there, and the policy's quiet hours are for illnesses.
    ill = await city.resident().press(kind="medical")
    fire = await city.resident().press(kind="fire")
    threat = await city.resident().press(kind="violence", silent=True)
    for alarm in (ill, fire):
        await city.expects_push(ketua.subject, alarm, "neighbourhood")
    for alarm in (ill, fire, threat):
        await officer.expects_push(alarm)
    await operator.closes(fire)
    await city.expects_push(ketua.subject, fire, "all_clear")

    messages = [record["message"] for record in fake_fcm.sent()]
    urgency = {(one["data"]["type"], one["data"]["incident_id"]): one["android"]["priority"] for one in messages}
    assert urgency["neighbourhood", ill.incident_id] == "normal"
    assert urgency["neighbourhood", fire.incident_id] == "high"
    assert urgency["all_clear", fire.incident_id] == "normal"
    assert {urgency["offer", alarm.incident_id] for alarm in (ill, fire, threat)} == {"high"}


async def test_when_google_fails_the_consoles_see_it_and_the_push_goes_out_when_it_is_back(
    city_with_google: City, fake_fcm: FakeFcmProcess
) -> None:
    city = city_with_google
    city.policy(step_s=120)
    fake_fcm.script("*", "500")
    officers = [city.officer_at(metres=metres) for metres in (200, 400, 600)]
    console = await city.operator().watches()
    alarm = await city.resident().press()
    await until(lambda: len(fake_fcm.attempts()) >= len(officers))

    await city.goes_on_until(lambda: "push_failing" in console.degraded)
    fake_fcm.script("*", "ok")

    everyone = {device_of(officer.subject) for officer in officers}
    await city.goes_on_until(lambda: everyone <= {record["device"] for record in fake_fcm.sent()})
    for officer in officers:
        await officer.expects_push(alarm)
    await city.goes_on_until(lambda: "push_failing" not in console.degraded)


async def test_pushes_that_were_not_sent_go_out_after_a_restart(
    city_with_google: City, fake_fcm: FakeFcmProcess
) -> None:
    city = city_with_google
    city.policy(step_s=120)
    fake_fcm.script("*", "503")
    officer = city.officer_at(metres=200)
    alarm = await city.resident().press()
    await until(fake_fcm.attempts)
    await city.stops()
    fake_fcm.script("*", "ok")

    await city.starts()
    await city.goes_on_until(fake_fcm.sent)

    await officer.expects_push(alarm)


async def test_the_push_is_repeated_until_the_officer_answers_also_after_a_restart(
    city_with_google: City, fake_fcm: FakeFcmProcess
) -> None:
    city = city_with_google
    city.policy(step_s=60, receipt_s=60.0)
    officer = city.officer_at(metres=200)
    alarm = await city.resident().press()
    await city.goes_on_until(lambda: len(fake_fcm.sent()) >= 3)
    assert len({push["push_id"] for push in await city.pushes(officer.subject)}) >= 3

    await city.restarts()
    before = len(fake_fcm.sent())
    await city.goes_on_until(lambda: len(fake_fcm.sent()) >= before + 2)
    await officer.accepts(alarm)
    # What was on its way when the answer came arrives.
    await until(lambda: not city.server.relay._held)
    before = len(fake_fcm.sent())
    await city.passes(seconds=20)

    assert len(fake_fcm.sent()) == before
