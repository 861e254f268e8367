"""The press of the button, read from whatever a phone sent: only what is no alarm is refused, the rest is marked.

| flag                                | what was wrong                                  | what is used instead       |
|-------------------------------------|-------------------------------------------------|----------------------------|
| kind_missing, kind_unknown          | no kind, or one that we do not know             | emergency                  |
| silent_unusual, drill_unusual       | not true or false, but readable: "true", 1      | what was meant             |
| silent_invalid, drill_invalid       | neither                                         | silent: true; drill: false |
| pressed_at_unusual, sent_at_unusual | a time without offset, or a Unix number         | the time, taken as UTC     |
| pressed_at_invalid, sent_at_invalid | not a time                                      | time unknown               |
| pressed_at_future, sent_at_future   | more than two minutes ahead of the server       | as sent                    |
| pressed_at_past, sent_at_past       | more than two minutes ago: late, or a bad clock | as sent                    |

The flags of the position are those of `geo.position`.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from dispatch.incident import Kind
from geo.position import read_position
from panic_server.journal.port import Press
from panic_server.wire.problems import ALARM_ID_INVALID, ALARM_ID_MISSING, Refusal
from panic_server.wire.read import check_depth, decode_leniently
from panic_server.wire.shapes import AlarmRequest

# The same as for a position's age, from the contract.
UNUSUAL_AFTER: Final = timedelta(minutes=2)

RAW_POSITION_BYTES: Final = 2048

_KINDS: Final = {kind.value: kind for kind in Kind}
_UUID: Final = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?", re.ASCII)

# Words by which phones and web forms say yes and no; the Indonesian ones too.
_YES: Final = frozenset({"true", "1", "yes", "on", "ya"})
_NO: Final = frozenset({"false", "0", "no", "off", "tidak", ""})

# These flags only tell of age or of something left out, so the position is as the phone sent it.
_AS_SENT: Final = frozenset({"position_missing", "accuracy_missing", "accuracy_large", "fix_time_missing", "fix_stale"})

# A Unix time above this is in milliseconds, as browsers report it: in seconds it would be the year 5138.
_MILLISECONDS_FROM: Final = 1e11
_LONGEST_TIME: Final = 64
# A clock that says otherwise has lost its battery, and such dates overflow when their offset is taken off.
_YEARS: Final = range(2000, 2100)

_alarms = msgspec.json.Decoder(AlarmRequest)


def read_press(raw: bytes, *, device: str, now: datetime) -> Press:
    """`device` is the subject of the token that sent it. Raises Refusal for what is no alarm at all."""
    request = _read_request(raw)
    alarm_id = _read_id(request.id)
    flags: list[str] = []
    kind = _read_kind(request.kind, flags)
    silent = _read_bool(request.silent, "silent", flags, unreadable=True)
    drill = _read_bool(request.drill, "drill", flags, unreadable=False)
    pressed_at = _read_time(request.pressed_at, "pressed_at", now, flags)
    sent_at = _read_time(request.sent_at, "sent_at", now, flags)
    position, position_flags = read_position(request.position, now=now)
    return Press(
        id=alarm_id,
        device=device,
        kind=kind,
        position=position,
        raw_position=_raw_position(request.position, position_flags),
        pressed_at=pressed_at,
        sent_at=sent_at,
        silent=silent,
        drill=drill,
        position_flags=position_flags,
        flags=(*position_flags, *flags),
        digest=_digest(request),
    )


def _read_request(raw: bytes) -> AlarmRequest:
    check_depth(raw)
    try:
        return _alarms.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        fields = decode_leniently(raw)
    if fields.get("id") is None:
        raise Refusal(ALARM_ID_MISSING)
    rest = {name: fields.get(name) for name in AlarmRequest.__struct_fields__ if name != "id"}
    return AlarmRequest(fields["id"], **rest)


def _read_id(raw: object) -> str:
    """Raises Refusal."""
    alarm_id = as_written(raw) if isinstance(raw, str) else None
    if alarm_id is None:
        raise Refusal(ALARM_ID_INVALID)
    return alarm_id


def as_written(alarm_id: str) -> str | None:
    """A UUID with or without hyphens and braces, in the one way that the journal writes it; None for what is none."""
    found = _UUID.fullmatch(alarm_id.strip().lower())
    return "-".join(found.groups()) if found else None


def _read_kind(raw: object, flags: list[str]) -> Kind:
    kind = _KINDS.get(raw) if isinstance(raw, str) else None
    if kind is None:
        flags.append("kind_missing" if raw is None else "kind_unknown")
        return Kind.EMERGENCY
    return kind


def _read_bool(raw: object, name: str, flags: list[str], *, unreadable: bool) -> bool:
    """`unreadable` is the safer of the two: a phone that may have asked for silence keeps silent, and a drill is never
    assumed.
    """
    if raw is None:
        return False
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower() if isinstance(raw, str | int) else None
    if word in _YES or word in _NO:
        flags.append(f"{name}_unusual")
        return word in _YES
    flags.append(f"{name}_invalid")
    return unreadable


def _read_time(raw: object, name: str, now: datetime, flags: list[str]) -> datetime | None:
    if raw is None:
        return None
    try:
        at = _parse_time(raw)
        if at is not None and at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
            flags.append(f"{name}_unusual")
        elif at is not None and not isinstance(raw, str):
            flags.append(f"{name}_unusual")
        at = None if at is None or at.year not in _YEARS else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        # Not a date, or a number that no calendar holds.
        at = None
    if at is None:
        flags.append(f"{name}_invalid")
    elif abs(at - now) > UNUSUAL_AFTER:
        flags.append(f"{name}_future" if at > now else f"{name}_past")
    return at


def _parse_time(raw: object) -> datetime | None:
    """RFC 3339 text, or a Unix time in seconds or milliseconds."""
    if isinstance(raw, str):
        return datetime.fromisoformat(raw.strip().upper()) if len(raw) <= _LONGEST_TIME else None
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return datetime.fromtimestamp(raw / 1000 if raw > _MILLISECONDS_FROM else raw, UTC)
    return None


def _raw_position(raw: object, flags: tuple[str, ...]) -> str | None:
    """JSON text of what the phone sent, when it was not taken as it came. Of too long a text the beginning is kept."""
    if raw is None or _AS_SENT.issuperset(flags):
        return None
    # A NUL comes out as an escape that PostgreSQL refuses to read as JSON.
    text = msgspec.json.encode(raw).decode().replace("\\u0000", "\\ufffd")
    if len(text.encode()) <= RAW_POSITION_BYTES:
        return text
    beginning = text.encode()[: RAW_POSITION_BYTES // 3].decode("utf-8", "ignore")
    return msgspec.json.encode(beginning).decode()


def _digest(request: AlarmRequest) -> bytes:
    """Of everything but `sent_at`, which a phone that tries again sets anew: the same press has the same digest."""
    content: list[Any] = [request.kind, request.position, request.pressed_at, request.silent, request.drill]
    return hashlib.blake2b(msgspec.json.encode(content, order="deterministic"), digest_size=16).digest()
