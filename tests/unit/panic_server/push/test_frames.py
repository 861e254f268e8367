"""What goes through the pipes to the child and back."""

import msgspec
import pytest

from panic_server.push.frames import (
    FrameTooLong,
    FromChild,
    Ping,
    Pong,
    Ready,
    Result,
    Send,
    child_reader,
    encode_frame,
    server_reader,
)
from panic_server.push.port import Verdict

SEND = Send(7, "fcm_fid", "device", {"type": "offer"}, 30, silent=True)
RESULT = Result(7, Verdict.QUOTA, 3.0, "resource_exhausted")


def test_what_the_server_says_arrives_in_the_child() -> None:
    assert child_reader().feed(encode_frame([SEND, Ping(1)])) == [SEND, Ping(1)]


def test_what_the_child_says_arrives_in_the_server() -> None:
    answers: list[FromChild] = [Ready(100), RESULT, Pong(1, authorised=True)]
    assert server_reader().feed(encode_frame(answers)) == answers


def test_frames_may_arrive_in_any_pieces() -> None:
    data = encode_frame([SEND]) + encode_frame([Ping(1), Ping(2)])
    reader = child_reader()
    heard = [message for byte in data for message in reader.feed(bytes([byte]))]
    assert heard == [SEND, Ping(1), Ping(2)]


def test_something_printed_into_the_pipe_is_no_frame() -> None:
    with pytest.raises(FrameTooLong):
        server_reader().feed(b"Warning: something happened\n")


def test_a_frame_of_nonsense_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        server_reader().feed(b"\x00\x00\x00\x02\xc0\xc0")
