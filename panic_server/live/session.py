"""One live connection as a state machine: what the client sent goes in, what is to be done comes out. No I/O, no clock.

What always holds: the ranges that a client is sent follow each other without a hole and without overlap, and nothing is
sent before the client is known to have rights. What a client wrote is never part of an answer.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import Any

import msgspec

from panic_server.people import Principal, Role

# A hello is some 200 bytes; the longest token and epoch fit twenty times.
HELLO_MAX_BYTES = 4096
# A phone on 2G answers within two; who says nothing for longer only occupies a socket.
HELLO_WITHIN_S = 5.0
# Beyond this many events a snapshot is shorter than the way there: 5,000 events are 5 MB, 500 open incidents 1 MB.
HISTORY_MAX = 5_000


class CloseCode(IntEnum):
    """RFC 6455, section 7.4; 4001 is ours."""

    NOT_THE_PROTOCOL = 1002
    BINARY = 1003
    NOT_A_HELLO = 1007
    NO_RIGHTS = 1008
    TOO_LONG = 1009
    INTERNAL = 1011
    RESTART = 1012
    TRY_LATER = 1013
    TOO_SLOW = 4001


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Find out who this is; without a token it is whoever the handshake's headers name."""

    token: str | None


@dataclass(frozen=True, slots=True)
class Admit:
    """Find out where the journal is, and call `place`."""

    principal: Principal


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """Read a snapshot, and call `welcome` with its seq."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Call `welcome` with `after`, and send what came since."""

    after: int


@dataclass(frozen=True, slots=True)
class Close:
    code: CloseCode


class RangeBroken(AssertionError):
    """A range was about to be sent that does not follow the one before."""


class _State(Enum):
    OPENED = auto()
    ASKED = auto()
    ADMITTED = auto()
    LIVE = auto()
    CLOSED = auto()


class Session:
    """`opened_s` is monotonic time, as is every `now_s`."""

    __slots__ = ("_after", "_epoch", "_opened_s", "_state", "position")

    def __init__(self, opened_s: float) -> None:
        self._opened_s = opened_s
        self._state = _State.OPENED
        self._epoch: str | None = None
        self._after: int | None = None
        self.position = 0
        """The seq up to which this client has been told everything; it counts from `welcome` on."""

    @property
    def is_closed(self) -> bool:
        return self._state is _State.CLOSED

    def receive_text(self, text: str) -> Authenticate | Close | None:
        """The first must be a hello, and there is no second message in this version."""
        if self.is_closed:
            return None
        if len(text) > HELLO_MAX_BYTES or len(text.encode(errors="replace")) > HELLO_MAX_BYTES:
            return self.close(CloseCode.TOO_LONG)
        if self._state is not _State.OPENED:
            return self.close(CloseCode.NOT_THE_PROTOCOL)
        hello = _read_hello(text)
        if hello is None:
            return self.close(CloseCode.NOT_A_HELLO)
        token, epoch, after = hello.get("token"), hello.get("epoch"), hello.get("after")
        if token is not None and not isinstance(token, str):
            return self.close(CloseCode.NO_RIGHTS)
        # A place that cannot be read is no place: the client gets a snapshot, which is always right.
        self._epoch = epoch if isinstance(epoch, str) else None
        self._after = after if type(after) is int and after >= 0 else None
        self._state = _State.ASKED
        return Authenticate(token)

    def receive_bytes(self) -> Close | None:
        return None if self.is_closed else self.close(CloseCode.BINARY)

    def check_time(self, now_s: float) -> Close | None:
        """To be called every now and then until the hello is there."""
        if self._state is _State.OPENED and now_s - self._opened_s > HELLO_WITHIN_S:
            return self.close(CloseCode.NOT_THE_PROTOCOL)
        return None

    def identify(self, principal: Principal | None) -> Admit | Close | None:
        """The answer to Authenticate. Residents have no live view: they must not even see how `seq` counts."""
        if self._state is not _State.ASKED:
            return None
        if principal is None or principal.role is Role.RESIDENT:
            return self.close(CloseCode.NO_RIGHTS)
        self._state = _State.ADMITTED
        return Admit(principal)

    def place(self, *, epoch: str, head: int, oldest: int) -> TakeSnapshot | Resume:
        """Where the client goes on. `oldest` is the first event that is still at hand, `head` the last."""
        after = self._after
        if after is None or self._epoch != epoch or after > head or head - after > HISTORY_MAX or after + 1 < oldest:
            return TakeSnapshot()
        return Resume(after)

    def welcome(self, at: int) -> None:
        """The client has been told that it is at `at`."""
        if self._state is not _State.ADMITTED:
            raise RangeBroken("a welcome comes once, to who was admitted")
        self._state = _State.LIVE
        self.position = at

    def advance(self, from_: int, to: int) -> None:
        """The client is sent everything from `from_` to `to`. Raises RangeBroken."""
        if self._state is not _State.LIVE or from_ != self.position + 1 or to < from_:
            raise RangeBroken(f"{from_}..{to} does not follow {self.position}")
        self.position = to

    def rest(self, to: int) -> None:
        """The client is told that up to `to` there is nothing more for it, by a heartbeat. Raises RangeBroken."""
        if self._state is not _State.LIVE or to < self.position:
            raise RangeBroken(f"a heartbeat at {to} is behind {self.position}")
        self.position = to

    def close(self, code: CloseCode) -> Close:
        self._state = _State.CLOSED
        return Close(code)


def _read_hello(text: str) -> dict[str, Any] | None:
    try:
        read = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    return read if isinstance(read, dict) and read.get("type") == "hello" else None
