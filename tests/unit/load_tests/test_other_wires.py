"""The few bytes of NATS, MQTT and socket.io that the comparison speaks, however the stream was split on the way."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from load_tests.others.mqtt import MqttWire, remaining_length
from load_tests.others.nats import NatsWire
from load_tests.others.socketio import SocketIoWire
from load_tests.others.wire import ACK, MESSAGE, READY, SEND, Refused, Said, Wire
from load_tests.websocket import TEXT, masked

LONG = b"00000001 ".ljust(1974, b"x")
NATS_STREAM_MADE = b'MSG inbox.anna.0 1 24\r\n{"type":"stream_create"}\r\n'
NATS_CONSUMER_MADE = b'MSG inbox.anna.0 1 26\r\n{"type":"consumer_create"}\r\n'


def said_by(wire: Wire, data: bytes, step: int) -> list[Said]:
    return [said for at in range(0, len(data), step) for said in wire.feed(data[at : at + step])]


def a_frame(payload: bytes) -> bytes:
    head = bytes([0x81, len(payload)]) if len(payload) < 126 else struct.pack("!BBH", 0x81, 126, len(payload))
    return head + payload


def nats_stream() -> tuple[Wire, bytes, list[Said]]:
    wire = NatsWire("anna", subscribes=True)
    asked = wire.opening()
    assert b"SUB inbox.anna.* 1\r\nSUB delivery.anna 2\r\n" in asked
    assert b"PUB $JS.API.STREAM.CREATE.ALARMS inbox.anna.0 " in asked
    data = b'INFO {"max_payload":1048576}\r\n' + NATS_STREAM_MADE + b"PING\r\n" + NATS_CONSUMER_MADE
    data += b"MSG alarms 2 $JS.ACK.ALARMS.x.1.1.1.9.0 1974\r\n" + LONG + b"\r\n"
    body = b'{"stream_name":"ALARMS","config":{"deliver_subject":"delivery.anna","deliver_policy":"new",'
    body += b'"ack_policy":"none","replay_policy":"instant"}}'
    consumer = b"PUB $JS.API.CONSUMER.CREATE.ALARMS inbox.anna.0 %d\r\n%b\r\n" % (len(body), body)
    return wire, data, [(SEND, consumer), (SEND, b"PONG\r\n"), (READY, b""), (MESSAGE, LONG)]


def mqtt_stream() -> tuple[Wire, bytes, list[Said]]:
    wire = MqttWire("anna", subscribes=True)
    assert wire.opening() == b"\x10\x10\x00\x04MQTT\x04\x00\x00\x00\x00\x04anna"
    data = b"\x20\x02\x00\x00" + b"\x90\x03\x00\x01\x01"
    data += b"\x32" + remaining_length(8 + 2 + len(LONG)) + b"\x00\x06alarms\x01\x02" + LONG
    subscribe = b"\x82\x0b\x00\x01\x00\x06alarms\x01"
    return wire, data, [(SEND, subscribe), (READY, b""), (SEND, b"\x40\x02\x01\x02"), (MESSAGE, LONG)]


def socketio_stream() -> tuple[Wire, bytes, list[Said]]:
    wire = SocketIoWire(8080)
    assert wire.opening().startswith(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n")
    texts = [b'0{"sid":"a"}', b'40{"sid":"b"}', b"2", b'42["alarm","%b"]' % LONG, b"43117[]"]
    data = b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + b"".join(map(a_frame, texts))
    greeting, pong = (SEND, masked(TEXT, b"40")), (SEND, masked(TEXT, b"3"))
    return wire, data, [greeting, (READY, b""), pong, (MESSAGE, LONG), (ACK, b"117")]


STREAMS = pytest.mark.parametrize("stream", [nats_stream, mqtt_stream, socketio_stream])


@STREAMS
@pytest.mark.parametrize("step", [1, 2, 7, 1000, 1 << 20])
def test_everything_a_subscriber_is_told_comes_out_whole(
    stream: Callable[[], tuple[Wire, bytes, list[Said]]], step: int
) -> None:
    wire, data, expected = stream()
    assert said_by(wire, data, step) == expected


def test_a_nats_publisher_learns_which_of_its_messages_are_in_the_stream() -> None:
    wire = NatsWire("anna", subscribes=False)
    wire.opening()
    assert list(wire.feed(NATS_STREAM_MADE)) == [(READY, b"")]
    assert wire.publish(117, b"hot") == b"PUB alarms inbox.anna.117 3\r\nhot\r\n"
    assert list(wire.feed(b'MSG inbox.anna.117 1 27\r\n{"stream":"ALARMS","seq":1}\r\n')) == [(ACK, b"117")]


def test_an_mqtt_publisher_learns_it_by_the_packet_also_after_the_numbers_began_again() -> None:
    wire = MqttWire("p", subscribes=False)
    assert list(wire.feed(b"\x20\x02\x00\x00")) == [(READY, b"")]
    assert wire.publish(0, b"hot") == b"\x32\x0d\x00\x06alarms\x00\x01hot"
    assert list(wire.feed(b"\x40\x02\x00\x01")) == [(ACK, b"0")]
    assert wire.publish(65_535, b"hot") == b"\x32\x0d\x00\x06alarms\x00\x01hot"
    assert list(wire.feed(b"\x40\x02\x00\x01")) == [(ACK, b"65535")]


@pytest.mark.parametrize(
    ("wire", "data"),
    [
        (NatsWire("anna", subscribes=True), b"-ERR 'Authorization Violation'\r\n"),
        (NatsWire("anna", subscribes=True), b'MSG inbox.anna.0 1 23\r\n{"error":{"code":10052}}\r\n'),
        (MqttWire("anna", subscribes=True), b"\x20\x02\x00\x05"),
        (MqttWire("anna", subscribes=True), b"\x90\x03\x00\x01\x80"),
        (SocketIoWire(8080), b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        (SocketIoWire(8080), b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + a_frame(b'44{"message":"no"}')),
    ],
    ids=["nats says no", "jetstream says no", "no entry", "no subscription", "no upgrade", "no namespace"],
)
def test_a_no_is_said(wire: Wire, data: bytes) -> None:
    with pytest.raises(Refused):
        list(wire.feed(data))


def test_lengths_of_mqtt_are_those_of_its_specification() -> None:
    lengths = {0: b"\x00", 127: b"\x7f", 128: b"\x80\x01", 16_383: b"\xff\x7f", 16_384: b"\x80\x80\x01"}
    assert {value: remaining_length(value) for value in lengths} == lengths
