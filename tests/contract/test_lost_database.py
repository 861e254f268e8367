"""A database whose machine is gone without a word: nothing on the connection says so, and the kernel waits for long."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy.engine import Connection

from panic_server.journal.database import open_engine
from tests.services import PostgresServer

PATIENCE_S = 10


@pytest.mark.parametrize("writes", [True, False])
def test_a_line_on_which_nothing_comes_back_is_given_up_in_ten_seconds(postgres: PostgresServer, writes: bool) -> None:
    engine = open_engine(postgres.new_database(), writes=writes)
    try:
        with engine.connect() as connection, _line(connection) as line:
            unacknowledged_ms = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            idle_s, every_s, times = (
                line.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            )
            assert 0 < unacknowledged_ms <= PATIENCE_S * 1000
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert idle_s + every_s * times <= PATIENCE_S
    finally:
        engine.dispose()


def _line(connection: Connection) -> socket.socket:
    driver = connection.connection.driver_connection
    assert driver is not None
    return socket.fromfd(driver.fileno(), socket.AF_INET, socket.SOCK_STREAM)
