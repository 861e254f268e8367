"""The child never outlives the server that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.fake_fcm.fixture import fake_fcm, fake_fcm_process
from tests.fake_fcm.process import ROOT, FakeFcmProcess
from tests.fake_fcm.pushes import eventually

__all__ = ["fake_fcm", "fake_fcm_process"]

SERVER = """
import asyncio, random, sys
from pathlib import Path
from prometheus_client import CollectorRegistry
from panic_server.clock import SystemClock
from panic_server.push.fcm_process import FcmProcess
from panic_server.push.metrics import PushMetrics

async def main():
    metrics = PushMetrics(CollectorRegistry())
    key, url = Path(sys.argv[1]), sys.argv[2]
    sender = FcmProcess(key, clock=SystemClock(), metrics=metrics, random=random.random, fcm_url=url)
    ready = asyncio.Event()
    sender.on_answers(lambda answers: ready.set())
    await sender.start()
    await ready.wait()
    print(sender.pid, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await sender.stop()

asyncio.run(main())
"""


def start_server(fake: FakeFcmProcess) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-c", SERVER, str(fake.credentials), fake.url]
    server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, int(server.stdout.readline())


def is_running(pid: int) -> bool:
    """A process that has ended but was not waited for yet (state Z) runs no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_the_child_dies_with_a_killed_server(fake_fcm: FakeFcmProcess) -> None:
    server, child = start_server(fake_fcm)
    server.send_signal(signal.SIGKILL)
    server.communicate()
    await eventually(lambda: not is_running(child))


async def test_a_frozen_child_dies_with_a_killed_server_too(fake_fcm: FakeFcmProcess) -> None:
    server, child = start_server(fake_fcm)
    os.kill(child, signal.SIGSTOP)
    server.send_signal(signal.SIGKILL)
    server.communicate()
    await eventually(lambda: not is_running(child))


async def test_the_child_stands_aside_for_the_server_and_hears_no_ctrl_c(fake_fcm: FakeFcmProcess) -> None:
    server, child = start_server(fake_fcm)
    with server:
        assert os.getpriority(os.PRIO_PROCESS, child) >= 10
        assert os.getsid(child) == os.getsid(server.pid), "niceness weighs only within a session"
        assert os.getpgid(child) == child
        server.communicate("")


async def test_the_child_ends_when_the_server_stops(fake_fcm: FakeFcmProcess) -> None:
    server, child = start_server(fake_fcm)
    server.communicate("")
    assert not is_running(child)
