"""A short load run on the real server, with everything switched on: nothing is lost, and the checker would notice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from load_tests.findings import Findings
from load_tests.records import Ack, Recording, Stream, read_acks, read_recording
from load_tests.streams import check_consoles, follow

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.serial, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """200 alarms a second for 3 seconds, 10 consoles, 100 officers; and what every process recorded."""
    folder = tmp_path_factory.mktemp("load")
    command = [sys.executable, "-m", "load_tests", "--profile", "short", "--keep", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    return done, folder / "short"


def test_a_short_burst_reaches_every_console_representative_and_phone(
    run: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, _ = run
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_was_a_burst_and_somebody_watched(run: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, folder = run
    recording = read_recording(folder / "recording.msgpack")
    assert len(read_acks(folder / "acks.jsonl")) > 450
    assert sum(stream.is_console for stream in recording.streams) == 10


def what_is_found(acks: list[Ack], recording: Recording, frames: list[int]) -> set[str]:
    """In a copy of the first console's stream with these frames."""
    first = recording.streams[0]
    doctored = Stream(first.subject, True, list(range(len(frames))), frames)
    findings = Findings()
    check_consoles(follow(Recording(recording.frames, [doctored]), findings), acks, findings)
    return set(findings.counts)


def test_the_checker_notices_when_what_was_received_is_doctored(
    run: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, folder = run
    acks, recording = read_acks(folder / "acks.jsonl"), read_recording(folder / "recording.msgpack")
    frames = recording.streams[0].frames
    telling = [at for at, number in enumerate(frames) if b'"incident_opened"' in recording.frames[number]]
    at, later = telling[len(telling) // 2], telling[len(telling) // 2 + 1]
    swapped = list(frames)
    swapped[at], swapped[later] = swapped[later], swapped[at]
    assert what_is_found(acks, recording, frames) == set()
    assert "lost" in what_is_found(acks, recording, frames[:at] + frames[at + 1 :])
    assert "duplicated" in what_is_found(acks, recording, [*frames[: at + 1], *frames[at:]])
    assert "disordered" in what_is_found(acks, recording, swapped)
