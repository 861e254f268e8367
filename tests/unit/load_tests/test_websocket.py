"""Frames are cut out of the stream however it was split on the way."""

from __future__ import annotations

import struct

import pytest

from load_tests.websocket import TEXT, FrameReader, NotUnderstood


def a_frame(payload: bytes) -> bytes:
    if len(payload) < 126:
        return struct.pack("!BB", 0x81, len(payload)) + payload
    if len(payload) < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, len(payload)) + payload
    return struct.pack("!BBQ", 0x81, 127, len(payload)) + payload


PAYLOADS = [b"", b"x", b"y" * 125, b"z" * 126, b"a" * 65_535, b"b" * 65_536]


@pytest.mark.parametrize("step", [1, 2, 7, 4096, 1 << 20])
def test_frames_of_every_length_come_out_whole(step: int) -> None:
    data = b"".join(map(a_frame, PAYLOADS))
    reader = FrameReader()
    found = [frame for at in range(0, len(data), step) for frame in reader.feed(data[at : at + step])]
    assert found == [(TEXT, payload) for payload in PAYLOADS]


@pytest.mark.parametrize("start", [b"\x01\x00", b"\xc1\x00", b"\x81\x80"], ids=["fragment", "compressed", "masked"])
def test_what_the_reader_does_not_understand_is_said(start: bytes) -> None:
    with pytest.raises(NotUnderstood):
        list(FrameReader().feed(start + b"\0" * 8))
