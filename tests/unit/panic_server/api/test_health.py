"""What those who run the server ask it."""

from panic_server.wire.shapes import Component


async def test_a_living_process_says_so_whatever_is_broken(house):
    house.journal.break_down()
    house.health.register("database", lambda: Component("database", ok=False, detail="gone"), essential=True)
    answer = await house.client.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (200, True)


async def test_a_server_that_cannot_take_alarms_is_not_ready_and_says_why(house):
    house.health.register("database", lambda: Component("database", ok=False, detail="gone"), essential=True)
    house.health.register("push", lambda: Component("push", ok=True, detail="fine"))
    answer = await house.client.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["components"] == [
        {"name": "database", "ok": False, "detail": "gone"},
        {"name": "push", "ok": True, "detail": "fine"},
    ]


async def test_a_server_without_push_is_ready_all_the_same(house):
    house.health.register("database", lambda: Component("database", ok=True, detail="fine"), essential=True)
    house.health.register("push", lambda: Component("push", ok=False, detail="not configured"))
    assert (await house.client.get("/readyz")).status_code == 200


async def test_metrics_are_for_prometheus(house):
    house.metrics.repeat()
    house.health.register("push", lambda: Component("push", ok=False, detail="not configured"))
    answer = await house.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "kentongan_alarm_repeats_total 1.0" in answer.text
    assert 'kentongan_component_ok{component="push"} 0.0' in answer.text


async def test_health_may_be_asked_for_by_head(house):
    answer = await house.client.head("/healthz")
    assert (answer.status_code, answer.content) == (200, b"")
