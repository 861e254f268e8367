"""The shapes of load, and one run of each against a server of its own."""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from load_tests.checker import Evidence, check
from load_tests.figures import Figures
from load_tests.journal import read_journal
from load_tests.processes import Process, fsync_s, wait_for
from load_tests.records import Ack, read_acks, read_recording
from load_tests.stage import Size, Stage, device_of

SETTLE_WITHIN_S = 60.0
ANSWER_WITHIN_S = 90.0
YOUNG_S = 2.5
WHOLE_MAX = 12_000
"""Incidents whose whole story is read afterwards; each costs the server a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Profile:
    """`seconds` of alarms at `rate` per second; afterwards the push backlog has `drain_s` to go out."""

    name: str
    rate: float
    seconds: float
    drain_s: float
    generator: str = "lean"

    @property
    def presses(self) -> int:
        """Residents that it needs, with room for chance: six standard deviations of a Poisson process."""
        mean = self.rate * self.seconds
        return round(mean + 6 * math.sqrt(mean)) + 1


BURST = Profile("burst", 1000, 10, drain_s=400)
TRICKLE = Profile("trickle", 50, 20, drain_s=60)
SHORT = Profile("short", 200, 3, drain_s=60)
LOCUST = Profile("locust", 200, 10, drain_s=120, generator="locust")
PROFILES = {one.name: one for one in (BURST, TRICKLE, SHORT, LOCUST)}

CITY = Size(rt=10_628, officers=2000, consoles=100, representatives=10_628, watched=200, residents=0)
TOWN = Size(rt=600, officers=100, consoles=10, representatives=200, watched=60, residents=0)


def perform(profile: Profile, size: Size, seeded: Path, folder: Path, *, seed: int) -> Figures:
    """One profile on a fresh server; what every process kept stays in `folder`."""
    folder.mkdir(parents=True)
    with Stage(seeded, folder) as stage:
        stage.prepare()
        stage.open_apps(0, profile.presses)
        with Process(observers_of(stage, size), folder / "observers.log") as observers:
            _hear_ready(observers)
            fsyncs = fsync_s(folder)
            figures = _load(profile, stage, observers, seed=seed)
            figures.fsync_s = [*fsyncs, *fsync_s(folder)]
            figures.drain_s = drained_after_s(stage, profile.drain_s)
            until = int(observers.ask("where"))
            time.sleep(YOUNG_S)
            _stop(observers)
        _measure(figures, stage)
        _judge(figures, stage, until, Random(seed))
    return figures


def observers_of(stage: Stage, size: Size) -> list[str]:
    arguments = ["load_tests.observers", "--port", str(stage.port), "--people", str(stage.people_file)]
    arguments += ["--consoles", str(size.consoles), "--representatives", str(size.watched)]
    return [*arguments, "--out", str(stage.folder / "recording.msgpack")]


def _hear_ready(observers: Process) -> None:
    if (word := observers.hear()) != "ready":
        raise observers.broken(f"said {word!r}")


def _stop(observers: Process) -> None:
    if (word := observers.ask("stop")) != "written":
        raise observers.broken(f"said {word!r}")


def _load(profile: Profile, stage: Stage, observers: Process, *, seed: int) -> Figures:
    """Presses, and waits until the consoles have seen everything."""
    server_cpu_s, push_cpu_s = stage.server_cpu_s(), stage.push_cpu_s()
    log = stage.folder / "acks.jsonl"
    with Process(residents_of(profile, stage, log, seed=seed), stage.folder / "residents.log") as residents:
        residents.finish(profile.seconds + ANSWER_WITHIN_S)
    acks = read_acks(log)
    last = max((ack.seq for ack in acks), default=0)
    wait_for(lambda: int(observers.ask("where")) >= last, SETTLE_WITHIN_S, every_s=0.5)
    figures = Figures(profile.name)
    figures.server_cpu_s = stage.server_cpu_s() - server_cpu_s
    figures.push_cpu_s = stage.push_cpu_s() - push_cpu_s
    _rates(figures, profile, acks)
    return figures


def residents_of(profile: Profile, stage: Stage, log: Path, *, seed: int) -> list[str]:
    module = "load_tests.residents" if profile.generator == "lean" else "load_tests.locust_run"
    arguments = [module, "--port", str(stage.port), "--people", str(stage.people_file), "--out", str(log)]
    return [*arguments, "--rate", str(profile.rate), "--seconds", str(profile.seconds), "--seed", str(seed)]


def _rates(figures: Figures, profile: Profile, acks: list[Ack]) -> None:
    taken = [ack for ack in acks if ack.status == 201]
    figures.alarms = len(acks)
    figures.offered = len(acks) / profile.seconds
    figures.accepted = accepted_rate(taken)
    figures.late_ns = [max(0, ack.sent_ns - ack.due_ns) for ack in acks]


def accepted_rate(taken: list[Ack]) -> float:
    """Per second, from the first press to the last acknowledgement."""
    if not taken:
        return 0.0
    lasted_ns = max(ack.ack_ns for ack in taken) - min(ack.sent_ns for ack in taken)
    return len(taken) / (lasted_ns / 1e9)


def drained_after_s(stage: Stage, within_s: float) -> float | None:
    """Seconds until no push was older than YOUNG_S; None when that was never so.

    Nothing may wait at all only once nobody is asked any more, and open incidents are offered again and again.
    """
    began_s = time.monotonic()
    is_young = 0

    def is_drained() -> bool:
        nonlocal is_young
        is_young = is_young + 1 if stage.metric("kentongan_outbox_age_seconds") < YOUNG_S else 0
        return is_young >= 6

    # The server looks at its outbox every two seconds, so six looks half a second apart see a new value at least once.
    is_empty = wait_for(is_drained, within_s, every_s=0.5)
    return time.monotonic() - began_s if is_empty else None


def _measure(figures: Figures, stage: Stage) -> None:
    figures.server_rss_mb, figures.push_rss_mb = stage.server_rss_mb(), stage.push_rss_mb()
    figures.ended_offers = sum(
        int(stage.metric("kentongan_push_results_total", 'outcome="ended"', f'reason="{reason}"'))
        for reason in ("expired", "withdrawn")
    )


def _judge(figures: Figures, stage: Stage, until: int, rng: Random) -> None:
    # In this order: what still waits only gets less, and whatever was pushed by then the journal knows.
    waiting = int(stage.metric("kentongan_outbox_pending"))
    pushes = stage.pushes()
    evidence = Evidence(
        acks=read_acks(stage.folder / "acks.jsonl"),
        recording=read_recording(stage.folder / "recording.msgpack"),
        journal=read_journal(stage, rng, whole=WHOLE_MAX),
        pushes=pushes,
        until=until,
        ended_offers=figures.ended_offers,
        waiting=waiting,
        device_of=device_of,
    )
    figures.pushes = len(evidence.pushes)
    figures.findings, figures.delays = check(evidence)
