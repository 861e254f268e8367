"""One rate on every product, one after the other, and what came of it.

Kentongan's run is a profile like any other. Its messages are alarms; the size of its live event is that of the others'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from msgspec import json

from load_tests.findings import Findings
from load_tests.others.publisher import number_of
from load_tests.others.servers import serving
from load_tests.processes import Process, cpu_s, fsync_s, peak_rss_mb, wait_for
from load_tests.profiles import (
    ANSWER_WITHIN_S,
    SETTLE_WITHIN_S,
    Profile,
    Step,
    accepted_rate,
    hear_ready,
    perform,
    stop,
)
from load_tests.records import Ack, Recording, read_acks, read_recording
from load_tests.stage import Size
from load_tests.streams import follow

KENTONGAN = "Kentongan"
STEPS = (Step(200, 10), Step(1000, 10))
_PRESSES = frozenset({"incident_opened", "alarm_joined"})

Arrivals = Sequence[Mapping[int, int]]
"""For each subscriber when each message was there, by its seq."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the others are asked: a step, with messages of `size` bytes to `count` subscribers."""

    step: Step
    size: int
    count: int
    seed: int


@dataclass(slots=True)
class Column:
    """One product at one rate. Delays in nanoseconds from the publication on, `to_last` to the last subscriber."""

    name: str
    asked: float
    acks: list[Ack] = field(default_factory=list)
    size: float = 0.0
    to_each: list[int] = field(default_factory=list)
    to_last: list[int] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    server_cpu_s: float = 0.0
    server_rss_mb: float = 0.0
    subscribers_cpu_s: float = 0.0
    fsync_s: Sequence[float] = ()

    @property
    def taken(self) -> list[Ack]:
        return [ack for ack in self.acks if ack.status == 201]

    @property
    def acknowledged(self) -> float:
        return accepted_rate(self.acks)

    def time(self, arrivals: Arrivals) -> None:
        for ack in self.taken:
            delays = [at_ns[ack.seq] - ack.sent_ns for at_ns in arrivals if ack.seq in at_ns]
            self.to_each += delays
            self.to_last += [max(delays)] if len(delays) == len(arrivals) else []


def run_kentongan(step: Step, size: Size, seeded: Path, folder: Path, *, seed: int) -> Column:
    profile = Profile(KENTONGAN, (step,), drain_s=0, whole=500)
    figures = perform(profile, size, seeded, folder, seed=seed)
    recording = read_recording(folder / "recording.msgpack")
    column = Column(KENTONGAN, step.rate, read_acks(folder / "acks.jsonl"), event_size(recording))
    column.time([seen.at_ns for seen in follow(recording, Findings()) if seen.stream.is_console])
    column.findings = figures.findings
    column.server_cpu_s = figures.server_cpu_s + figures.push_cpu_s
    column.server_rss_mb = figures.server_rss_mb + figures.push_rss_mb
    column.subscribers_cpu_s, column.fsync_s = figures.observers_cpu_s, figures.fsync_s
    return column


def event_size(recording: Recording) -> float:
    """Bytes of a press's live event, as the first console that has some got it."""
    frames = (json.decode(raw) for raw in recording.frames if raw.startswith(b'{"type":"events"'))
    events = (event for frame in frames for event in frame["events"])
    return fmean(len(json.encode(event)) for event in events if event["kind"] in _PRESSES)


def run_other(product: str, work: Work, folder: Path, socket_io: Path | None) -> Column:
    folder.mkdir(parents=True)
    column = Column(product, work.step.rate, size=work.size)
    with serving(product, folder, socket_io) as (server, port):
        to = ["--product", product, "--port", str(port)]
        out = ["--out", str(folder / "recording.msgpack")]
        arguments = ["load_tests.others.subscribers", *to, "--count", str(work.count), *out]
        with Process(arguments, folder / "subscribers.log") as subscribers:
            hear_ready(subscribers)
            fsyncs, before_s = fsync_s(folder), cpu_s(server.pid)
            column.acks = _publish(to, work, folder)
            expected = len(column.taken)
            wait_for(lambda: int(subscribers.ask("where")) >= expected, SETTLE_WITHIN_S, every_s=0.25)
            column.server_cpu_s = cpu_s(server.pid) - before_s
            column.server_rss_mb, column.subscribers_cpu_s = peak_rss_mb(server.pid), cpu_s(subscribers.pid)
            column.fsync_s = [*fsyncs, *fsync_s(folder)]
            stop(subscribers)
    column.time(arrivals_of(read_recording(folder / "recording.msgpack"), column.acks, column.findings))
    return column


def _publish(to: list[str], work: Work, folder: Path) -> list[Ack]:
    acks = folder / "acks.jsonl"
    arguments = ["load_tests.others.publisher", *to, "--rate", str(work.step.rate)]
    arguments += ["--seconds", str(work.step.seconds), "--size", str(work.size)]
    arguments += ["--seed", str(work.seed), "--out", str(acks)]
    with Process(arguments, folder / "publisher.log") as publisher:
        publisher.finish(work.step.seconds + ANSWER_WITHIN_S)
    return read_acks(acks)


def arrivals_of(recording: Recording, acks: Sequence[Ack], findings: Findings) -> Arrivals:
    """What each subscriber got; whatever is missing, double or out of order goes to the findings."""
    for ack in acks:
        if ack.status != 201:
            findings.lost(f"message {ack.alarm_id} was not acknowledged")
    seqs = [number_of(payload) + 1 for payload in recording.frames]
    return [
        _arrivals_of_one(stream.subject, [seqs[n] for n in stream.frames], stream.at_ns, acks, findings)
        for stream in recording.streams
    ]


def _arrivals_of_one(
    who: str, seqs: Sequence[int], at_ns: Sequence[int], acks: Sequence[Ack], findings: Findings
) -> Mapping[int, int]:
    found: dict[int, int] = {}
    last = 0
    for seq, arrived_ns in zip(seqs, at_ns, strict=True):
        if seq in found:
            findings.duplicated(f"{who}: message {seq - 1} came twice")
        elif seq < last:
            findings.disordered(f"{who}: message {seq - 1} after {last - 1}")
        found.setdefault(seq, arrived_ns)
        last = max(last, seq)
    for ack in acks:
        if ack.status == 201 and ack.seq not in found:
            findings.lost(f"{who}: message {ack.alarm_id} never came")
    return found
