"""Everything that FCM and the child process can do wrong, with the real firebase-admin against the fake."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from panic_server.push.fcm_process import Watch
from panic_server.push.port import EndReason, Outcome
from tests.fake_fcm.fixture import fake_fcm, fake_fcm_process
from tests.fake_fcm.post import Post
from tests.fake_fcm.process import FakeFcmProcess
from tests.fake_fcm.pushes import a_device, a_piece_of_news, a_push, eventually

__all__ = ["fake_fcm", "fake_fcm_process"]


@pytest.fixture
async def post(fake_fcm: FakeFcmProcess) -> AsyncIterator[Post]:
    post = Post(fake_fcm)
    await post.start()
    yield post
    await post.stop()


async def test_an_offer_arrives_with_ids_alone_and_urgently(post: Post) -> None:
    post.commit([a_push(1)])
    await post.all_settled()
    [message] = [record["message"] for record in post.fake.sent()]
    assert message["token"] == "device-1"
    assert message["data"] == {
        "type": "offer",
        "push_id": "push-1",
        "incident_id": "incident-1",
        "offer_id": "offer-1",
    }
    assert message["android"] == {"priority": "high", "ttl": "30s"}
    assert message["apns"]["headers"]["apns-priority"] == "10"
    assert message["webpush"]["headers"] == {"Urgency": "high", "TTL": "30"}
    assert "notification" not in message


async def test_a_push_that_is_to_wake_nobody_goes_without_urgency_and_says_no_more(post: Post) -> None:
    post.commit([a_push(1, silent=True)])
    await post.all_settled()
    [message] = [record["message"] for record in post.fake.sent()]
    assert message["android"] == {"priority": "normal", "ttl": "30s"}
    assert message["apns"]["headers"]["apns-priority"] == "5"
    assert message["webpush"]["headers"] == {"Urgency": "normal", "TTL": "30"}
    assert set(message["data"]) == {"type", "push_id", "incident_id", "offer_id"}


async def test_a_withdrawal_arrives_as_offer_withdrawn(post: Post) -> None:
    post.commit([a_push(1, kind="offer_withdrawn")])
    await post.all_settled()
    assert post.fake.sent()[0]["message"]["data"]["type"] == "offer_withdrawn"


async def test_an_installation_id_is_sent_as_such(post: Post) -> None:
    post.outbox.register(a_device(2000, kind="fcm_fid", value="installation"))
    post.commit([a_push(2000)])
    await post.all_settled()
    message = post.fake.sent()[0]["message"]
    assert (message.get("fid"), message.get("token")) == ("installation", None)


@pytest.mark.parametrize("fault", ["500", "503", "reset", "hang"])
async def test_a_passing_fault_delays_the_push_and_no_more(post: Post, fault: str) -> None:
    post.fake.script("device-1", f"{fault},ok")
    post.commit([a_push(1)])
    await eventually(lambda: post.waits_for_retry(1))
    assert post.tries() == 1
    post.clock.advance(1.0)
    await post.all_settled()
    assert (post.end_of(1), post.delivered()) == (Outcome.ACCEPTED, ["push-1"])


async def test_an_access_token_that_fcm_takes_no_longer_is_renewed_at_once(post: Post) -> None:
    post.fake.script("device-1", "401,ok")
    post.commit([a_push(1)])
    await post.all_settled()
    assert [record["outcome"] for record in post.fake.attempts()] == ["401", "ok"]


async def test_a_fault_that_repeats_is_waited_for_longer_each_time(post: Post) -> None:
    post.fake.script("device-1", "500,500,500,ok")
    post.commit([a_push(1)])
    for tries, seconds in ((1, 1.0), (2, 2.0), (3, 4.0)):
        await eventually(lambda tries=tries: bool(post.outbox.pending()[0].attempts == tries))  # type: ignore[misc]  # mypy does not infer a lambda with a default.
        assert post.tries() == tries
        post.clock.advance(seconds)
    await post.all_settled()
    assert post.delivered() == ["push-1"]


@pytest.mark.parametrize("fault", ["429:7", "503:7"])
async def test_retry_after_is_honoured(post: Post, fault: str) -> None:
    post.fake.script("device-1", f"{fault},ok")
    post.commit([a_push(1)])
    await eventually(lambda: post.waits_for_retry(1))
    [push] = post.outbox.pending()
    assert 7.0 <= (push.next_attempt_at - post.clock.now()).total_seconds() < 8.0


async def test_too_many_requests_without_a_time_wait_a_minute(post: Post) -> None:
    post.fake.script("device-1", "429,ok")
    post.commit([a_piece_of_news(1)])
    await eventually(lambda: post.waits_for_retry(1))
    post.clock.advance(59.0)
    assert post.tries() == 1
    post.clock.advance(10.0)
    await post.all_settled()
    assert post.delivered() == ["push-1"]


@pytest.mark.parametrize("fault", ["UNREGISTERED", "SENDER_ID_MISMATCH"])
async def test_a_dead_device_is_forgotten(post: Post, fault: str) -> None:
    post.fake.script("device-1", fault)
    post.commit([a_push(1)])
    await post.all_settled()
    assert post.end_of(1) is EndReason.DEAD_DEVICE
    assert await post.outbox.devices_of(["officer-1"]) == {}


async def test_a_refused_message_ends_and_is_shown(post: Post) -> None:
    post.fake.script("device-1", "INVALID_ARGUMENT")
    post.commit([a_push(1)])
    await post.all_settled()
    assert (post.end_of(1), post.relay.degraded()) == (EndReason.REFUSED, ["push_refused"])


async def test_a_failing_fcm_is_told(post: Post) -> None:
    post.fake.script("*", "500")
    post.commit(a_push(number) for number in range(5))
    await eventually(lambda: all(post.waits_for_retry(number) for number in range(5)))
    assert post.relay.degraded() == ["push_failing"]
    post.fake.forget()
    post.clock.advance(5.0)
    await post.all_settled()
    assert post.relay.degraded() == []


async def test_an_offer_that_fails_until_its_expiry_ends_and_never_arrives(post: Post) -> None:
    post.fake.script("device-1", "500,500,ok")
    post.commit([a_push(1)])
    await eventually(lambda: post.waits_for_retry(1))
    post.clock.advance(30.0)
    await post.all_settled()
    assert (post.end_of(1), post.delivered()) == (EndReason.EXPIRED, [])


async def test_a_withdrawn_offer_never_arrives(post: Post) -> None:
    post.fake.script("device-1", "500,ok")
    post.commit([a_push(1)])
    await eventually(lambda: post.waits_for_retry(1))
    post.relay.withdraw(["offer-1"])
    post.clock.advance(5.0)
    await post.all_settled()
    assert (post.end_of(1), post.delivered()) == (EndReason.WITHDRAWN, [])


async def test_hanging_devices_do_not_delay_the_others(fake_fcm: FakeFcmProcess) -> None:
    """None of them is given up as long as the test waits: the others do not arrive because of that."""
    post = Post(fake_fcm, watch=Watch(timeout_s=60.0, call_s=150.0))
    await post.start()
    for number in range(30):
        fake_fcm.script(f"device-{number}", "hang")
    post.commit(a_push(number) for number in range(300))
    await eventually(lambda: len(post.delivered()) == 270)
    assert all(post.end_of(number) is None for number in range(30))
    await post.stop()


async def test_offers_overtake_news_that_waits(post: Post) -> None:
    post.fake.script("*", "slow:50")
    post.commit(a_piece_of_news(number) for number in range(600))
    await eventually(lambda: post.tries() >= 100)
    post.commit(a_push(number) for number in range(600, 620))
    await post.all_settled()
    places = [place for place, push_id in enumerate(post.delivered()) if int(push_id.removeprefix("push-")) >= 600]
    # What was in the child's window when they came, and what of it finished meanwhile, goes before them.
    assert max(places) < 400


async def test_a_killed_child_is_replaced_and_nothing_is_lost(post: Post) -> None:
    post.fake.script("*", "slow:20")
    post.commit(a_piece_of_news(number) for number in range(600))
    await eventually(lambda: len(post.delivered()) >= 150)
    killed = kill_child(post, signal.SIGKILL)
    await post.all_settled()
    assert {post.end_of(number) for number in range(600)} == {Outcome.ACCEPTED}
    assert set(post.delivered()) == {f"push-{number}" for number in range(600)}
    assert post.sender.pid not in (None, killed)


async def test_a_frozen_child_is_replaced_and_nothing_is_lost(post: Post) -> None:
    post.fake.script("*", "slow:20")
    post.commit(a_piece_of_news(number) for number in range(600))
    await eventually(lambda: len(post.delivered()) >= 150)
    frozen = kill_child(post, signal.SIGSTOP)
    await post.all_settled()
    assert set(post.delivered()) == {f"push-{number}" for number in range(600)}
    assert not is_alive(frozen)


async def test_a_child_that_cannot_start_is_told(fake_fcm: FakeFcmProcess, tmp_path: Path) -> None:
    fake_fcm_key, fake_fcm.credentials = fake_fcm.credentials, tmp_path / "no-such-key.json"
    post = Post(fake_fcm)
    await post.start()
    post.commit([a_push(1)])
    await eventually(lambda: restarts(post) >= 2)
    assert post.relay.degraded() == ["push_down"]
    fake_fcm.credentials = fake_fcm_key
    (tmp_path / "no-such-key.json").write_bytes(fake_fcm_key.read_bytes())
    await post.all_settled()
    assert (post.delivered(), post.relay.degraded()) == (["push-1"], [])
    await post.stop()


async def test_pushes_wait_while_google_gives_no_access_token(fake_fcm: FakeFcmProcess) -> None:
    fake_fcm.script_token_endpoint("500")
    post = Post(fake_fcm)
    await post.start()
    post.commit([a_piece_of_news(1)])
    await eventually(lambda: "push_failing" in post.relay.degraded())
    fake_fcm.script_token_endpoint("ok")
    await eventually(lambda: "push_failing" not in post.sender.degraded())
    post.clock.advance(15.0)
    await post.all_settled()
    assert post.delivered() == ["push-1"]
    await post.stop()


async def test_a_failing_token_endpoint_is_not_stormed_by_every_worker(fake_fcm: FakeFcmProcess) -> None:
    fake_fcm.script_token_endpoint("503")
    post = Post(fake_fcm)
    await post.start()
    post.commit(a_push(number) for number in range(300))
    await eventually(lambda: post.waits_for_retry(99))
    # google-auth itself tries three times for the one thread that asks.
    assert fake_fcm.token_requests() <= 6
    await post.stop()


async def test_one_access_token_serves_all_workers(post: Post) -> None:
    post.commit(a_push(number) for number in range(300))
    await post.all_settled()
    assert len({record["access_token"] for record in post.fake.sent()}) == 1


async def test_what_a_killed_server_did_not_record_is_sent_again_under_the_same_id(post: Post) -> None:
    post.fake.script("device-1", "slow:300")
    post.commit([a_push(1)])
    await eventually(lambda: post.delivered() == ["push-1"])
    post.relay._recorder._results.clear()
    post.sender.on_answers(lambda _: None)
    await post.stop()
    assert post.end_of(1) is None
    await post.start()
    await post.all_settled()
    assert post.delivered() == ["push-1", "push-1"]


def kill_child(post: Post, how: signal.Signals) -> int:
    pid = post.sender.pid
    assert pid is not None
    os.kill(pid, how)
    return pid


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def restarts(post: Post) -> float:
    return post.registry.get_sample_value("kentongan_push_child_restarts_total") or 0.0
