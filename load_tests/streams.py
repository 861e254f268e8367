"""What each socket was told, frame by frame: ranges without a hole, events in order, each alarm exactly once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import json

from load_tests.findings import Findings
from load_tests.records import Ack, Recording, Stream

Told = Mapping[str, Mapping[str, int | None]]
"""Incident → person → the event by which they were told of it; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Message:
    """A decoded frame: `first` and `last` are the range it covers, `events` pairs of seq and incident within it."""

    kind: str
    first: int = 0
    last: int = 0
    events: tuple[tuple[int, str], ...] = ()


@dataclass(slots=True)
class Seen:
    """One socket's history: where it began, where it came to, and when each event's frame was there."""

    stream: Stream
    began: int = 0
    reached: int = 0
    at_ns: dict[int, int] = field(default_factory=dict)
    incident_of: dict[int, str] = field(default_factory=dict)


def decode(raw: bytes) -> Message:
    """One frame of the contract's kinds; of others only the kind matters here."""
    frame: dict[str, Any] = json.decode(raw)
    match frame["type"]:
        case "welcome":
            return Message("welcome", frame["at"], frame["at"])
        case "heartbeat":
            return Message("heartbeat", frame["to"], frame["to"])
        case "events":
            events = tuple((event["seq"], event["incident_id"]) for event in frame["events"])
            return Message("events", frame["from"], frame["to"], events)
        case kind:
            return Message(kind)


def follow(recording: Recording, findings: Findings) -> list[Seen]:
    """Every socket's history; what breaks the contract's ranges on the way goes to the findings."""
    messages = [decode(raw) for raw in recording.frames]
    return [_follow_one(stream, messages, findings) for stream in recording.streams]


def _follow_one(stream: Stream, messages: Sequence[Message], findings: Findings) -> Seen:
    seen = Seen(stream)
    for at_ns, number in zip(stream.at_ns, stream.frames, strict=True):
        message = messages[number]
        if message.kind == "welcome":
            seen.began = seen.reached = message.last
        elif message.kind == "events":
            _take_events(seen, message, at_ns, findings)
        elif message.kind == "heartbeat":
            if message.last < seen.reached:
                findings.disordered(f"{stream.subject}: a heartbeat at {message.last} after {seen.reached}")
            seen.reached = max(seen.reached, message.last)
    return seen


def _take_events(seen: Seen, message: Message, at_ns: int, findings: Findings) -> None:
    who = seen.stream.subject
    if message.first > seen.reached + 1:
        hole = message.first - seen.reached - 1
        findings.lost(f"{who}: nothing about {seen.reached + 1} to {message.first - 1}", hole)
    elif message.first <= seen.reached:
        findings.disordered(f"{who}: a range from {message.first} although it was at {seen.reached}")
    before = message.first - 1
    for seq, incident_id in message.events:
        if seq in seen.at_ns:
            findings.duplicated(f"{who}: event {seq} came twice")
        elif seq <= before or seq > message.last:
            findings.disordered(f"{who}: event {seq} after {before} in {message.first} to {message.last}")
        seen.at_ns.setdefault(seq, at_ns)
        seen.incident_of.setdefault(seq, incident_id)
        before = max(before, seq)
    seen.reached = max(seen.reached, message.last)


def check_consoles(sockets: Sequence[Seen], acks: Sequence[Ack], findings: Findings) -> list[int]:
    """Every acknowledged alarm on every console. Gives the nanoseconds from trigger to frame, for each pair."""
    delays = []
    consoles = [seen for seen in sockets if seen.stream.is_console]
    for seen in consoles:
        delays += list(_delays(seen, acks, findings))
    if not consoles:
        findings.lost("no console was watching")
    return delays


def check_representatives(sockets: Sequence[Seen], acks: Sequence[Ack], told: Told, findings: Findings) -> list[int]:
    """Exactly the alarms of the incidents that a watching representative was told of, from then on. Delays as for
    consoles.
    """
    delays = []
    by_person: dict[str, list[Ack]] = {}
    for ack in acks:
        for person in told.get(ack.incident_id, ()):
            by_person.setdefault(person, []).append(ack)
    for seen in sockets:
        if seen.stream.is_console:
            continue
        who = seen.stream.subject
        since = {one: _since(seen, one, persons[who]) for one, persons in told.items() if who in persons}
        delays += list(_delays(seen, [a for a in by_person.get(who, []) if a.seq >= since[a.incident_id]], findings))
        for incident_id in set(seen.incident_of.values()):
            if who not in told.get(incident_id, ()):
                findings.stray(f"{who} saw incident {incident_id} without having been told")
    return delays


def _since(seen: Seen, incident_id: str, told_by: int | None) -> int:
    """Where the journal's reader does not know when they were told, the first event that they saw counts."""
    if told_by is not None:
        return told_by
    return min((seq for seq, known in seen.incident_of.items() if known == incident_id), default=0)


def _delays(seen: Seen, acks: Sequence[Ack], findings: Findings) -> Iterator[int]:
    who = seen.stream.subject
    for ack in acks:
        if ack.seq <= seen.began:
            continue
        at_ns = seen.at_ns.get(ack.seq)
        if at_ns is None:
            findings.lost(f"{who}: alarm {ack.alarm_id} (event {ack.seq}) never came")
        elif seen.incident_of[ack.seq] != ack.incident_id:
            findings.stray(f"{who}: event {ack.seq} is not about the incident of alarm {ack.alarm_id}")
        else:
            yield at_ns - ack.sent_ns
