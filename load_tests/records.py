"""What the processes of a load run tell each other, in files: who there is, what was answered, what was received."""

from pathlib import Path

from msgspec import Struct, json, msgpack


class Resident(Struct, frozen=True):
    subject: str
    token: str
    lat: float
    lon: float


class Officer(Struct, frozen=True):
    subject: str
    token: str
    lat: float
    lon: float


class Representative(Struct, frozen=True):
    """Of the RT `area`."""

    subject: str
    token: str
    area: str


class Operator(Struct, frozen=True):
    subject: str
    token: str


class People(Struct, frozen=True):
    """As `python -m panic_server.demo.seed` writes them."""

    residents: list[Resident]
    officers: list[Officer]
    representatives: list[Representative]
    operators: list[Operator]


class Ack(Struct, frozen=True):
    """One alarm, as the one who pressed saw it. Times are CLOCK_MONOTONIC in nanoseconds, the same in every process.

    `due_ns` is when the plan wanted it pressed, `sent_ns` when its bytes went out, or when it was due if it had to wait
    for a connection. `status` is 0 when the connection broke. What is not 2xx has neither seq nor incident.
    """

    alarm_id: str
    subject: str
    due_ns: int
    sent_ns: int
    ack_ns: int
    status: int
    seq: int = 0
    incident_id: str = ""


class Stream(Struct, frozen=True):
    """What one socket received: for each frame when, and its number among the different ones."""

    subject: str
    is_console: bool
    at_ns: list[int]
    frames: list[int]


class Recording(Struct, frozen=True):
    """`frames` are the different messages, raw as they came; `streams` who got which of them."""

    frames: list[bytes]
    streams: list[Stream]


class Push(Struct, frozen=True):
    """One message that FCM took."""

    at_ns: int
    device: str
    push_id: str
    kind: str
    incident_id: str
    offer_id: str | None


def device_of(subject: str) -> str:
    """Their phone, as FCM knows it."""
    return f"device-of-{subject}"


def read_people(path: Path) -> People:
    return json.decode(path.read_bytes(), type=People)


def read_acks(path: Path) -> list[Ack]:
    """A last line that was not written to its end is left out: nobody was told of it."""
    lines = path.read_bytes().split(b"\n")[:-1]
    decoder = json.Decoder(Ack)
    return [decoder.decode(line) for line in lines]


def write_recording(path: Path, recording: Recording) -> None:
    path.write_bytes(msgpack.encode(recording))


def read_recording(path: Path) -> Recording:
    return msgpack.decode(path.read_bytes(), type=Recording)
