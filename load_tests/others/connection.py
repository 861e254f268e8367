"""One socket to any of the products, with what came over it handed on by kind."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

from load_tests.others.mqtt import MqttWire
from load_tests.others.nats import NatsWire
from load_tests.others.socketio import SocketIoWire
from load_tests.others.wire import READY, SEND, Wire

Heard = Callable[[int, bytes], None]
"""MESSAGE's payload or ACK's number, after CLOCK_MONOTONIC when its last byte was there."""

PRODUCTS = ("nats", "mosquitto", "socket.io")


def wire_of(product: str, port: int, name: str, *, subscribes: bool) -> Wire:
    if product == "nats":
        return NatsWire(name, subscribes=subscribes)
    if product == "mosquitto":
        return MqttWire(name, subscribes=subscribes)
    return SocketIoWire(port)


class Connection(asyncio.Protocol):
    """`ready` is set when the server has agreed to everything."""

    def __init__(self, wire: Wire, heard: Heard) -> None:
        self._wire = wire
        self._heard = heard
        self._transport: asyncio.Transport | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._wire.opening())

    def data_received(self, data: bytes) -> None:
        now_ns = time.monotonic_ns()
        answers = []
        for kind, said in self._wire.feed(data):
            if kind == SEND:
                answers.append(said)
            elif kind == READY:
                self.ready.set_result(None)
            else:
                self._heard(now_ns, said)
        if answers:
            self.write(b"".join(answers))

    def publish(self, number: int, payload: bytes) -> None:
        self.write(self._wire.publish(number, payload))

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("the server closed the connection"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


async def connect(product: str, port: int, name: str, heard: Heard, *, subscribes: bool) -> Connection:
    """When the server has agreed. Raises ConnectionError or Refused."""
    connection = Connection(wire_of(product, port, name, subscribes=subscribes), heard)
    await asyncio.get_running_loop().create_connection(lambda: connection, "127.0.0.1", port)
    async with asyncio.timeout(10):
        await connection.ready
    return connection
