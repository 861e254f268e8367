"""How much goes through the relay, the child, firebase-admin and loopback HTTP; `-s` shows the figures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from panic_server.clock import SystemClock
from panic_server.push.fcm_process import Watch
from tests.fake_fcm.fixture import fake_fcm, fake_fcm_process
from tests.fake_fcm.post import Post
from tests.fake_fcm.process import FakeFcmProcess
from tests.fake_fcm.pushes import a_piece_of_news, eventually

__all__ = ["fake_fcm", "fake_fcm_process"]

PUSHES = 6000


def cpu_s(pid: int | None) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.bench
@pytest.mark.parametrize(("answer", "at_least_per_s"), [("ok", 500), ("slow:150", 300)])
async def test_the_backlog_of_a_burst_drains(fake_fcm: FakeFcmProcess, answer: str, at_least_per_s: float) -> None:
    clock = SystemClock()
    fake_fcm.script("*", answer)
    post = Post(fake_fcm, watch=Watch())
    await post.start()
    await eventually(lambda: post.sender.room() > 0)
    pid = post.sender.pid
    began_s, began_cpu_s = clock.monotonic(), cpu_s(pid)
    post.commit(a_piece_of_news(number, recipient=f"officer-{number % 1000}") for number in range(PUSHES))
    await post.all_settled(within_s=60.0)
    per_s = PUSHES / (clock.monotonic() - began_s)
    cpu_ms = (cpu_s(pid) - began_cpu_s) * 1000 / PUSHES
    print(f"\n{answer}: {per_s:.0f} pushes/s, {cpu_ms:.2f} ms of the child's CPU each")  # noqa: T201  A bench shows its figures.
    await post.stop()
    assert per_s >= at_least_per_s
