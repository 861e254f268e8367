"""The bytes on the wire are those shapes, in that framing."""

import json

import msgspec
import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame as WebsocketFrame
from websockets.frames import Opcode
from websockets.uri import parse_uri

from panic_server.live import frames
from panic_server.live.frames import Frame
from panic_server.wire import live
from panic_server.wire.shapes import Officer
from tests.unit.panic_server.live.doubles import CITY_OPERATOR, START, City, me


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_websocket_client_reads_the_text_back_whatever_its_length(length: int):
    text = b"x" * length
    client = ClientProtocol(parse_uri("ws://localhost/"))
    client.state = client.state.OPEN
    client.parser = client.parse()
    next(client.parser)
    client.receive_data(Frame(text).framed)
    (received,) = client.events_received()
    assert isinstance(received, WebsocketFrame)
    assert (received.opcode, received.fin, bytes(received.data)) == (Opcode.TEXT, True, text)


def test_a_frame_knows_its_text_for_servers_that_frame_themselves():
    assert Frame("é{}".encode()).text == "é{}"


def test_events_have_the_published_shape():
    city = City()
    payloads = [city.open().payloads["whole:operator"], city.change("i1", "claimed").payloads["patch:operator"]]
    frame = frames.events(4, 9, payloads)
    read = msgspec.json.decode(frame.text, type=live.Events)
    assert (read.from_, read.to, [event.seq for event in read.events]) == (4, 9, [1, 2])
    assert json.loads(msgspec.json.encode(read)) == json.loads(frame.text)


@pytest.mark.parametrize("incidents", [None, b"[]"])
def test_a_welcome_has_the_published_shape(incidents: bytes | None):
    frame = frames.welcome('e"1', 7, incidents, me(CITY_OPERATOR), 5)
    read = msgspec.json.decode(frame.text, type=live.Welcome)
    snapshot = None if incidents is None else live.Snapshot(())
    assert read == live.Welcome('e"1', 7, snapshot, me(CITY_OPERATOR), 5)


def test_a_heartbeat_and_officers_have_the_published_shape():
    beat = live.Heartbeat(3, START, ("bus",))
    assert msgspec.json.decode(frames.heartbeat(3, START, ("bus",)).text, type=live.Heartbeat) == beat
    officer = Officer("o1", "Budi", "available", None, False, ())
    sent = frames.officers(full=True, changed=[officer])
    assert msgspec.json.decode(sent.text, type=live.Officers) == live.Officers(True, (officer,))
