"""`kentongan demo` as a visitor finds it: links, a living city, an alarm that is answered, and the same once more."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.services import end

pytestmark = pytest.mark.timeout(240)

PATIENCE_S = 60.0
LINK = re.compile(r"(http://\S+?)(/console|/officer|/representative|/)#code=(\S+)")
HOME = re.compile(r"^\s+(-?\d+\.\d+), (-?\d+\.\d+)\s", re.MULTILINE)
ALARM = "3f0e8b46-5d2f-4a39-9a0d-0c55a8f0a001"


class Demo:
    """A small city with six officers, where nobody presses but the visitor."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        self.log = data_dir.parent / "demo.log"
        command = [sys.executable, "-m", "panic_server.cli", "demo", "--data-dir", str(data_dir), "--rt", "60"]
        command += ["--officers", "6", "--alarms-per-minute", "0", *arguments]
        self.pages: dict[str, httpx2.Client] = {}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def text(self) -> str:
        return self.log.read_text()

    def visit(self) -> None:
        """Signs in by all four links."""
        eventually(lambda: "Ctrl-C ends everything" in self.text() or self.process.poll() is not None)
        links = LINK.findall(self.text())
        assert [page for _, page, _ in links] == ["/console", "/", "/officer", "/representative"], self.text()
        self.address = links[0][0]
        self.pages = {page: self._sign_in(code) for _, page, code in links}

    def _sign_in(self, code: str) -> httpx2.Client:
        client = httpx2.Client(base_url=self.address, timeout=20)
        session = client.post("/v1/session", json={"code": code})
        assert session.status_code == 201, session.text
        if (token := session.json()["token"]) is not None:
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    def home(self) -> tuple[float, float]:
        found = HOME.search(self.text())
        assert found is not None
        return float(found[1]), float(found[2])

    def press(self) -> dict[str, Any]:
        lat, lon = self.home()
        body = {"id": ALARM, "kind": "emergency", "position": {"lat": lat, "lon": lon, "accuracy_m": 5}}
        answer = self.pages["/"].post("/v1/alarms", json=body)
        assert answer.status_code in (200, 201), answer.text
        accepted: dict[str, Any] = answer.json()
        return accepted

    def progress(self) -> dict[str, Any]:
        known: dict[str, Any] = self.pages["/"].get(f"/v1/alarms/{ALARM}").json()
        return known

    def incident(self, incident_id: str) -> dict[str, Any]:
        detail: dict[str, Any] = self.pages["/console"].get(f"/v1/incidents/{incident_id}").json()
        return detail

    def close(self) -> None:
        for client in self.pages.values():
            client.close()
        end(self.process, signal.SIGTERM)

    def leave(self) -> int:
        """As with Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def eventually(is_so: Callable[[], bool]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until_s, "it never came to that"
        time.sleep(0.1)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    running: list[Demo] = []

    def run(*arguments: str) -> Demo:
        running.append(Demo(tmp_path / "data", *arguments))
        return running[-1]

    yield run
    for demo in running:
        demo.close()


def test_the_visitors_alarm_is_answered_and_the_city_goes_on_after_a_restart(start: Callable[..., Demo]) -> None:
    demo = start("--port", "0")
    demo.visit()
    eventually(lambda: officers_watching(demo) == 6)
    accepted = demo.press()
    assert accepted["place"]["sure"] == "inside"
    eventually(lambda: demo.progress()["coming"] != [])
    detail = demo.incident(accepted["incident_id"])
    assert "offer_accepted" in [entry["kind"] for entry in detail["timeline"]]
    assert {one["unit"] for one in detail["coming"]} <= {"motorcycle", "car", "foot", "bicycle"}
    assert detail["coming"][0]["eta_s"] is not None
    assert [told["person"]["name"] for told in detail["incident"]["told"]] == ["Ketua RT tamu"]
    assert demo.leave() == 0
    assert not is_listening(demo.address)

    again = start("--port", "0")
    again.visit()
    assert again.press()["incident_id"] == accepted["incident_id"]
    assert again.incident(accepted["incident_id"])["incident"]["status"] == "open"


def officers_watching(demo: Demo) -> int:
    text = httpx2.get(f"{demo.address}/metrics").text
    found = re.search(r'^kentongan_live_sockets\{role="officer"\} (\d+)', text, re.MULTILINE)
    return int(found[1]) if found else 0


def test_a_wanted_port_that_is_taken_is_said(start: Callable[..., Demo]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = start("--port", str(port))
        assert demo.process.wait(60) == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in demo.text()


def test_a_second_demo_on_the_same_data_is_refused_and_disturbs_nobody(start: Callable[..., Demo]) -> None:
    demo = start("--port", "0")
    demo.visit()
    first_words = demo.text()
    second = subprocess.run(
        [sys.executable, "-m", "panic_server.cli", "demo", "--data-dir", str(demo.log.parent / "data"), "--port", "0"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert second.returncode == 1
    assert "another server already runs" in second.stderr
    assert demo.process.poll() is None
    assert first_words == demo.text()


def is_listening(address: str) -> bool:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_the_servers_process_ends_with_a_demo_that_is_killed(start: Callable[..., Demo]) -> None:
    demo = start("--port", "0")
    demo.visit()
    demo.process.kill()
    demo.process.wait()
    eventually(lambda: not is_listening(demo.address))


def test_the_invented_city_can_be_written_and_played_from_its_files(start: Callable[..., Demo], tmp_path: Path) -> None:
    written = tmp_path / "city"
    command = [sys.executable, "-m", "panic_server.cli", "demo", "--rt", "60", "--write-city", str(written)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    demo = start("--port", "0", "--city", str(written))
    demo.visit()
    assert "60 RT" in demo.text()
