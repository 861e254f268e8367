"""NATS JetStream: text lines with a byte count. A stream in files, and for each subscriber a consumer of its own.

https://docs.nats.io/reference/reference-protocols/nats-protocol, and .../nats_api_reference for `$JS.API`.
"""

from collections.abc import Iterator

from msgspec import json

from load_tests.others.wire import ACK, MESSAGE, READY, SEND, Refused, Said

STREAM = {"name": "ALARMS", "subjects": ["alarms"], "storage": "file", "retention": "limits", "num_replicas": 1}
CREATE_STREAM = b"$JS.API.STREAM.CREATE.ALARMS"
CREATE_CONSUMER = b"$JS.API.CONSUMER.CREATE.ALARMS"
CONNECT = b'CONNECT {"verbose":false,"pedantic":false,"lang":"python","version":"0","protocol":1}\r\n'


def publication(subject: bytes, reply: bytes, payload: bytes) -> bytes:
    return b"PUB %b %b %d\r\n%b\r\n" % (subject, reply, len(payload), payload)


class NatsWire:
    """`MSG subject sid [reply] bytes`: sid 1 is the inbox, where answers and acknowledgements come; 2 are alarms.

    A consumer needs no acknowledgement, as NATS advises for readers who follow a stream in order.
    """

    def __init__(self, name: str, *, subscribes: bool) -> None:
        self._inbox = f"inbox.{name}".encode()
        self._delivery = f"delivery.{name}".encode()
        self._to_ask = [publication(CREATE_STREAM, self._inbox + b".0", json.encode(STREAM))]
        if subscribes:
            consumer = {"deliver_subject": self._delivery.decode(), "deliver_policy": "new", "ack_policy": "none"}
            body = json.encode({"stream_name": "ALARMS", "config": {**consumer, "replay_policy": "instant"}})
            self._to_ask.append(publication(CREATE_CONSUMER, self._inbox + b".0", body))
        self._rest = b""
        self._is_ready = False

    def opening(self) -> bytes:
        subscriptions = b"SUB %b.* 1\r\nSUB %b 2\r\n" % (self._inbox, self._delivery)
        return CONNECT + subscriptions + self._to_ask.pop(0)

    def publish(self, number: int, payload: bytes) -> bytes:
        return publication(b"alarms", b"%b.%d" % (self._inbox, number), payload)

    def feed(self, data: bytes) -> Iterator[Said]:
        if self._rest:
            data = self._rest + data
        at = 0
        while (line_end := data.find(b"\r\n", at)) >= 0:
            end = line_end + 2
            if data.startswith(b"MSG ", at):
                words = data[at:line_end].split(b" ")
                start, end = end, end + int(words[-1])
                if len(data) < end + 2:
                    break
                yield (MESSAGE, data[start:end]) if words[2] == b"2" else self._answer(words[1], data[start:end])
                end += 2
            elif data.startswith(b"PING", at):
                yield SEND, b"PONG\r\n"
            elif not data.startswith((b"INFO ", b"+OK", b"PONG"), at):
                raise Refused(data[at:line_end].decode(errors="replace"))
            at = end
        self._rest = data[at:]

    def _answer(self, subject: bytes, body: bytes) -> Said:
        if b'"error"' in body:
            raise Refused(body.decode(errors="replace"))
        if self._is_ready:
            return ACK, subject.rpartition(b".")[2]
        if self._to_ask:
            return SEND, self._to_ask.pop(0)
        self._is_ready = True
        return READY, b""
