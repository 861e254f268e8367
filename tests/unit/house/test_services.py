"""The servers that tests lean on are real, keep what they promise, and are gone afterwards."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest
import redis

from tests.services import PostgresServer, RedisServer, ServiceMissing


def query(url: str, statement: bytes) -> object:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute(statement).fetchone()
        return row and row[0]


def test_each_new_database_is_empty_and_its_own(postgres: PostgresServer) -> None:
    first, second = postgres.new_database(), postgres.new_database()
    with psycopg.connect(first.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE t (x int)")
    count = b"SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    assert (query(first, count), query(second, count)) == (1, 0)


def test_a_new_database_can_copy_a_prepared_one(postgres: PostgresServer) -> None:
    prepared = postgres.new_database()
    with psycopg.connect(prepared.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 7 AS x")
    assert query(postgres.new_database(prepared.rsplit("/", 1)[1]), b"SELECT x FROM t") == 7


def test_postgres_syncs_every_commit_to_disk(postgres: PostgresServer) -> None:
    url = postgres.url()
    assert (query(url, b"SHOW fsync"), query(url, b"SHOW synchronous_commit")) == ("on", "on")


def test_a_crashed_postgres_comes_back_with_what_it_committed(lone_postgres: PostgresServer) -> None:
    url = lone_postgres.new_database()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 7 AS x")
    lone_postgres.crash()
    lone_postgres.start()
    assert query(url, b"SELECT x FROM t") == 7


def test_a_killed_redis_comes_back_empty_at_the_same_address(redis_server: RedisServer) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("x", "1")
    redis_server.kill()
    redis_server.start()
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.get("x") is None


def test_a_paused_redis_does_not_answer_until_it_is_resumed(redis_server: RedisServer) -> None:
    with redis.Redis.from_url(redis_server.url, socket_timeout=0.2, retry=None) as client:
        client.set("x", "1")
        redis_server.pause()
        with pytest.raises(redis.TimeoutError):
            client.get("x")
        redis_server.resume()
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.get("x") == b"1"


def test_a_missing_program_is_named_instead_of_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ServiceMissing, match="redis-server is not installed"), RedisServer():
        pass


def test_the_servers_die_with_a_killed_pytest(tmp_path: Path) -> None:
    script = """
        import os, signal
        from tests.services import PostgresServer, RedisServer
        with PostgresServer() as p, RedisServer() as r:
            print(p._process.pid, r._process.pid, p._folder, r._folder, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True, check=False
    )
    postgres_pid, redis_pid, *folders = run.stdout.split()
    ended = [has_ended(int(pid), within_s=10) for pid in (postgres_pid, redis_pid)]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    assert ended == [True, True]


def has_ended(pid: int, within_s: float) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within_s)[0])
    finally:
        os.close(handle)
