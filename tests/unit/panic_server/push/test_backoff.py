"""When a failed push is tried again, and when everything pauses."""

from datetime import timedelta

import pytest

from panic_server.push.backoff import LONGEST_DELAY_S, PAUSE_AFTER_DEVICES, PROBES, ProjectPause, retry_delay_s
from panic_server.push.port import Answer, Verdict
from tests.fake_fcm.pushes import NOON

MIDDLE = 0.5


def middle() -> float:
    return MIDDLE


def failed(verdict: Verdict = Verdict.UNAVAILABLE, retry_after_s: float | None = None) -> Answer:
    return Answer(1, verdict, retry_after_s)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 2), (2, 4), (3, 8)])
def test_each_failure_doubles_the_wait(attempts: int, seconds: float) -> None:
    assert retry_delay_s(failed(), attempts, middle) == seconds


def test_the_wait_stops_growing_because_an_offer_does_not_live_long() -> None:
    assert retry_delay_s(failed(), 1000, middle) == LONGEST_DELAY_S


@pytest.mark.parametrize(("random", "seconds"), [(0.0, 2.0), (0.999, 5.996)])
def test_waits_are_spread_so_that_retries_do_not_come_all_at_once(random: float, seconds: float) -> None:
    assert retry_delay_s(failed(), 2, lambda: random) == pytest.approx(seconds)


def test_a_server_that_asks_for_more_time_gets_it() -> None:
    assert retry_delay_s(failed(retry_after_s=20), 0, middle) == 20


def test_a_server_that_asks_for_less_than_our_own_backoff_does_not_shorten_it() -> None:
    assert retry_delay_s(failed(retry_after_s=1), 3, middle) == 8


def test_too_many_requests_wait_at_least_as_long_as_asked() -> None:
    assert 3 <= retry_delay_s(failed(Verdict.QUOTA, 3), 0, middle) < 3.5


def test_too_many_requests_without_a_time_mean_a_minute() -> None:
    assert retry_delay_s(failed(Verdict.QUOTA), 0, lambda: 0.0) == 60


def test_an_absurd_retry_after_is_cut_to_an_hour() -> None:
    assert retry_delay_s(failed(retry_after_s=1e12), 0, middle) == 3600


def test_what_died_with_a_child_goes_again_at_once() -> None:
    assert retry_delay_s(failed(Verdict.LOST), 0, middle) == 0


def test_what_dies_with_every_child_waits_like_any_failure() -> None:
    assert retry_delay_s(failed(Verdict.LOST), 3, middle) == 8


def paused(retry_after_s: float | None = None) -> ProjectPause:
    pause = ProjectPause(middle)
    for number in range(PAUSE_AFTER_DEVICES):
        pause.saw(failed(retry_after_s=retry_after_s), f"device-{number}", now=NOON)
    return pause


def limit(pause: ProjectPause, seconds: float, *, under_way: int = 0) -> int:
    return pause.limit(room=100, under_way=under_way, now=NOON + timedelta(seconds=seconds))


def test_one_failing_device_pauses_nobody() -> None:
    pause = ProjectPause(middle)
    for _ in range(100):
        pause.saw(failed(), "device-1", now=NOON)
    assert limit(pause, 0) == 100


def test_many_failing_devices_pause_nobody_while_others_get_through() -> None:
    pause = ProjectPause(middle)
    for number in range(100):
        pause.saw(failed(), f"device-{number}", now=NOON)
        if number % 5 == 0:
            pause.saw(failed(Verdict.ACCEPTED), "device-ok", now=NOON)
    assert limit(pause, 0) == 100


def test_when_only_failures_come_from_many_devices_nothing_is_sent_for_a_while() -> None:
    assert limit(paused(), 0.9) == 0


def test_after_the_pause_a_few_probes_go_out() -> None:
    assert limit(paused(), 1.1) == PROBES


def test_probes_under_way_count() -> None:
    assert limit(paused(), 1.1, under_way=PROBES) == 0


def test_a_failing_probe_doubles_the_pause() -> None:
    pause = paused()
    pause.saw(failed(), "device-1", now=NOON + timedelta(seconds=1.1))
    assert (limit(pause, 3.0), limit(pause, 3.2)) == (0, PROBES)


def test_what_was_sent_before_the_pause_does_not_prolong_it() -> None:
    pause = paused()
    pause.saw(failed(), "device-1", now=NOON + timedelta(seconds=0.5))
    assert limit(pause, 1.1) == PROBES


def test_a_probe_that_gets_through_opens_everything() -> None:
    pause = paused()
    pause.saw(failed(Verdict.ACCEPTED), "device-1", now=NOON + timedelta(seconds=1.1))
    assert (limit(pause, 1.2), pause.is_open()) == (100, True)


def test_a_pause_lasts_as_long_as_the_server_asked() -> None:
    assert (limit(paused(retry_after_s=30), 29), limit(paused(retry_after_s=30), 31)) == (0, PROBES)


def test_a_dying_child_says_nothing_about_the_project() -> None:
    pause = ProjectPause(middle)
    for number in range(100):
        pause.saw(failed(Verdict.LOST), f"device-{number}", now=NOON)
    assert pause.is_open()
