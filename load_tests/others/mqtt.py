"""MQTT 3.1.1 at QoS 1: each message is acknowledged to its publisher, and by each subscriber to the server.

http://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html, by the numbers of its packets.
"""

from collections.abc import Iterator

from load_tests.others.wire import ACK, MESSAGE, READY, SEND, Refused, Said

TOPIC = b"alarms"
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
CLEAN_SESSION = 0x02
PACKET_IDS = 65_535


def remaining_length(value: int) -> bytes:
    """Seven bits a byte, the lowest first (§2.2.3)."""
    out = bytearray()
    while True:
        value, low = divmod(value, 128)
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def packet(kind: int, flags: int, body: bytes) -> bytes:
    return bytes([kind << 4 | flags]) + remaining_length(len(body)) + body


def text(value: bytes) -> bytes:
    return len(value).to_bytes(2) + value


class MqttWire:
    """A subscriber's session is kept by the server while it is away, a publisher's is not."""

    def __init__(self, name: str, *, subscribes: bool) -> None:
        self._name = name.encode()
        self._subscribes = subscribes
        self._rest = b""
        self._numbers: dict[bytes, int] = {}

    def opening(self) -> bytes:
        flags = 0 if self._subscribes else CLEAN_SESSION
        return packet(CONNECT, 0, text(b"MQTT") + bytes([4, flags, 0, 0]) + text(self._name))

    def publish(self, number: int, payload: bytes) -> bytes:
        packet_id = (number % PACKET_IDS + 1).to_bytes(2)
        self._numbers[packet_id] = number
        return packet(PUBLISH, 0b0010, text(TOPIC) + packet_id + payload)

    def feed(self, data: bytes) -> Iterator[Said]:
        if self._rest:
            data = self._rest + data
        at = 0
        while (found := _body_of(data, at)) is not None:
            start, end = found
            if data[at] >> 4 == PUBLISH:
                body = start + 2 + len(TOPIC)
                yield SEND, b"\x40\x02" + data[body : body + 2]
                yield MESSAGE, data[body + 2 : end]
            else:
                yield from self._answer(data[at] >> 4, data[start:end])
            at = end
        self._rest = data[at:]

    def _answer(self, kind: int, body: bytes) -> Iterator[Said]:
        if kind == PUBACK:
            yield ACK, b"%d" % self._numbers.pop(body)
        elif kind == CONNACK and body[1] == 0:
            wish = packet(SUBSCRIBE, 0b0010, b"\0\1" + text(TOPIC) + b"\1")
            yield (SEND, wish) if self._subscribes else (READY, b"")
        elif kind == SUBACK and body[2] == 1:
            yield READY, b""
        else:
            raise Refused(f"packet {kind}: {body.hex()}")


def _body_of(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the body of the packet at `at` begins and ends; None when it is not all there."""
    length, shift, start = 0, 0, at + 1
    while start < len(data):
        length |= (data[start] & 0x7F) << shift
        start, shift = start + 1, shift + 7
        if not data[start - 1] & 0x80:
            return (start, start + length) if start + length <= len(data) else None
    return None
