"""The shapes of load, and one run of each against a server of its own.

While alarms come no phone answers; afterwards they do, and whatever waits for FCM by then has to go out.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from load_tests.checker import Evidence, check
from load_tests.figures import Figures
from load_tests.journal import read_journal
from load_tests.processes import Process, cpu_s, fsync_s, wait_for
from load_tests.records import Ack, device_of, read_recording
from load_tests.stage import Size, Stage

SETTLE_WITHIN_S = 60.0
ANSWER_WITHIN_S = 90.0
YOUNG_S = 2.5

KEEPS_UP = 0.9
"""Of what is offered, so much must be accepted in time for the next, steeper step to be worth trying."""


@dataclass(frozen=True, slots=True)
class Step:
    """`seconds` of alarms at `rate` per second."""

    rate: float
    seconds: float

    @property
    def presses(self) -> int:
        """Residents that it needs, with room for chance: six standard deviations of a Poisson process."""
        mean = self.rate * self.seconds
        return round(mean + 6 * math.sqrt(mean)) + 1


@dataclass(frozen=True, slots=True)
class Profile:
    """Steps one after the other, until the server does not keep up; then the push backlog has `drain_s` to go out.

    Of at most `whole` incidents the whole story is read afterwards: each costs the server a few milliseconds.
    """

    name: str
    steps: tuple[Step, ...]
    drain_s: float
    whole: int = 12_000
    generator: str = "lean"

    @property
    def presses(self) -> int:
        return sum(step.presses for step in self.steps)


BURST = Profile("burst", (Step(1000, 10),), drain_s=400)
TRICKLE = Profile("trickle", (Step(50, 20),), drain_s=60)
CEILING = Profile("ceiling", tuple(Step(rate, 4) for rate in (500, 1000, 1500, 2000, 3000, 4000, 6000)), 0, whole=2000)
SHORT = Profile("short", (Step(200, 3),), drain_s=60)
LOCUST = Profile("locust", (Step(200, 10),), drain_s=120, generator="locust")
PROFILES = {one.name: one for one in (BURST, TRICKLE, CEILING, SHORT, LOCUST)}

CITY = Size(rt=10_628, officers=2000, consoles=100, representatives=10_628, watched=200, residents=0)
TOWN = Size(rt=600, officers=100, consoles=10, representatives=200, watched=60, residents=0)


def perform(
    profile: Profile, size: Size, seeded: Path, folder: Path, *, seed: int, is_spied_on: bool = False
) -> Figures:
    """One profile on a fresh server; what every process kept stays in `folder`."""
    folder.mkdir(parents=True)
    with Stage(seeded, folder, is_spied_on=is_spied_on) as stage:
        stage.prepare()
        with Process(observers_of(stage, size), folder / "observers.log") as observers:
            hear_ready(observers)
            fsyncs, before_mb = fsync_s(folder), stage.server_rss_now_mb()
            figures, best = climb(profile, stage, observers, seed=seed)
            figures.server_before_mb, figures.observers_cpu_s = before_mb, cpu_s(observers.pid)
            figures.fsync_s = [*fsyncs, *fsync_s(folder)]
            if profile.drain_s > 0:
                with Process(phones_of(stage), folder / "phones.log") as phones:
                    figures.drain_s = drained_after_s(stage, profile.drain_s)
                    figures.took = int(phones.ask("stop"))
            until = int(observers.ask("where"))
            time.sleep(YOUNG_S)
            stop(observers)
        measure(figures, stage)
        judge(figures, stage, best, until, Random(seed), whole=profile.whole)
    return figures


def observers_of(stage: Stage, size: Size) -> list[str]:
    arguments = ["load_tests.observers", "--port", str(stage.port), "--people", str(stage.people_file)]
    arguments += ["--consoles", str(size.consoles), "--representatives", str(size.watched)]
    return [*arguments, "--out", str(stage.folder / "recording.msgpack")]


def hear_ready(observers: Process) -> None:
    if (word := observers.hear()) != "ready":
        raise observers.broken(f"said {word!r}")


def stop(observers: Process) -> None:
    if (word := observers.ask("stop")) != "written":
        raise observers.broken(f"said {word!r}")


def climb(profile: Profile, stage: Stage, observers: Process, *, seed: int) -> tuple[Figures, list[Ack]]:
    """The figures of the step in which most alarms were accepted per second, and its acknowledgements."""
    climbed: list[tuple[Figures, list[Ack]]] = []
    first = 0
    for number, step in enumerate(profile.steps):
        stage.open_apps(first, step.presses)
        arguments = residents_of(profile, step, stage, first=first, seed=1000 * seed + number)
        with stage.spied_on(number):
            climbed.append(press(profile.name, step, arguments, stage, observers))
        first += step.presses
        if climbed[-1][0].accepted < KEEPS_UP * step.rate:
            break
    return max(climbed, key=lambda one: one[0].accepted)


def press(name: str, step: Step, arguments: list[str], stage: Stage, observers: Process) -> tuple[Figures, list[Ack]]:
    """One step; it is over when the consoles have seen everything."""
    server_cpu_s, push_cpu_s, before = stage.server_cpu_s(), stage.push_cpu_s(), len(stage.acks())
    with Process(arguments, stage.folder / "residents.log") as residents:
        residents.finish(step.seconds + ANSWER_WITHIN_S)
    acks = stage.acks()[before:]
    last = max((ack.seq for ack in acks), default=0)
    wait_for(lambda: int(observers.ask("where")) >= last, SETTLE_WITHIN_S, every_s=0.25)
    figures = Figures(name, alarms=len(acks), offered=len(acks) / step.seconds, accepted=accepted_rate(acks))
    figures.server_cpu_s = stage.server_cpu_s() - server_cpu_s
    figures.push_cpu_s = stage.push_cpu_s() - push_cpu_s
    figures.late_ns = [max(0, ack.sent_ns - ack.due_ns) for ack in acks]
    return figures, acks


def residents_of(profile: Profile, step: Step, stage: Stage, *, first: int, seed: int) -> list[str]:
    module = "load_tests.residents" if profile.generator == "lean" else "load_tests.locust_run"
    arguments = [module, "--port", str(stage.port), "--people", str(stage.people_file), "--out", str(stage.acks_file)]
    arguments += ["--first", str(first), "--rate", str(step.rate), "--seconds", str(step.seconds)]
    return [*arguments, "--seed", str(seed)]


def accepted_rate(acks: list[Ack]) -> float:
    """Per second, from the first press to the last acknowledgement."""
    taken = [ack for ack in acks if ack.status == 201]
    if not taken:
        return 0.0
    lasted_ns = max(ack.ack_ns for ack in taken) - min(ack.sent_ns for ack in taken)
    return len(taken) / (lasted_ns / 1e9)


def phones_of(stage: Stage) -> list[str]:
    arguments = ["load_tests.phones", "--port", str(stage.port), "--fcm-port", str(stage.fcm_port)]
    return [*arguments, "--people", str(stage.people_file)]


def drained_after_s(stage: Stage, within_s: float) -> float | None:
    """Seconds from when the phones wake until no push is older than YOUNG_S; None when that was never so.

    Nothing may wait at all only once nobody is asked any more, and what nobody took is offered again and again.
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


def measure(figures: Figures, stage: Stage) -> None:
    figures.server_rss_mb, figures.push_rss_mb = stage.server_rss_mb(), stage.push_rss_mb()
    figures.ended_offers = sum(
        int(stage.metric("kentongan_push_results_total", 'outcome="ended"', f'reason="{reason}"'))
        for reason in ("expired", "withdrawn")
    )


def judge(figures: Figures, stage: Stage, best: list[Ack], until: int, rng: Random, *, whole: int) -> None:
    """All that was acknowledged is checked; the delays are those of the best step."""
    # In this order: what still waits only gets less, and whatever was pushed by then the journal knows.
    waiting = int(stage.metric("kentongan_outbox_pending"))
    pushes = stage.pushes()
    evidence = Evidence(
        acks=stage.acks(),
        recording=read_recording(stage.folder / "recording.msgpack"),
        journal=read_journal(stage, rng, whole=whole),
        pushes=pushes,
        until=until,
        ended_offers=figures.ended_offers,
        waiting=waiting,
        device_of=device_of,
    )
    figures.pushes = len(evidence.pushes)
    figures.findings, figures.delays = check(evidence, timed=best)
