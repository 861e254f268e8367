"""Real PostgreSQL and Redis servers for tests: started on loopback, ended with the tests whatever happens to them.

Every server runs under `setpriv --pdeathsig`, so that the kernel ends it even when pytest itself is killed.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psycopg
import redis

from load_tests.processes import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

START_S = 30.0  # A cold disk on the slowest machine seen took 6 s for PostgreSQL.
PORT_TRIES = 5


class ServiceMissing(RuntimeError):
    """A program that the tests need is not installed; `./dev setup` installs it."""


class ServiceBroken(RuntimeError):
    """A server did not start, or did not end, in time; carries its log."""


def free_port() -> int:
    """A loopback port that nobody listens on at this moment; a caller that loses the race to it tries another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Raises ServiceBroken with the server's log when it ends before it is ready, or is not ready in time."""
    deadline = time.monotonic() + START_S
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServiceBroken(f"{process.args!r} is not ready:\n{log.read_text()[-2000:]}")
        time.sleep(0.02)


def end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """A stopped process cannot act on a signal, so it is continued first; one that does not end is killed."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGCONT)
    process.send_signal(how)
    try:
        process.wait(START_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _program(name: str, *folders: Path) -> str:
    found = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin"]))
    if found is None:
        raise ServiceMissing(f"{name} is not installed; run ./dev setup, or install the Debian package that has it")
    return found


def _start(command: Sequence[str], log: Path, *, user: str | None, end_with: str) -> subprocess.Popen[bytes]:
    guard = ["setpriv", "--pdeathsig", end_with]
    if user is not None:
        guard += ["--reuid", user, "--regid", user, "--clear-groups"]
    with log.open("ab") as out:
        return subprocess.Popen([*guard, "--", *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/")


class PostgresServer:
    """One PostgreSQL cluster with fsync on, on a loopback port; `url` names its empty `postgres` database."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kentongan-postgres-"))
        self._data = self._folder / "data"
        self._log = self._folder / "log"
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin_: float(bin_.parent.name))
        self._bin = list(reversed(versions))
        # PostgreSQL refuses to run as root; Debian's package made this user for it.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> Self:
        try:
            self._init()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _init(self) -> None:
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        command = [_program("initdb", *self._bin), "-D", str(self._data), "-U", "kentongan", "--auth=trust"]
        command += ["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C.UTF-8"]
        process = _start(command, self._log, user=self._user, end_with="TERM")
        if process.wait(START_S) != 0:
            raise ServiceBroken(self._log.read_text()[-2000:])

    def start(self) -> None:
        """Also after stop or crash; the port stays the same from the first start on."""
        tries = 1 if self.port else PORT_TRIES
        for attempt in range(1, tries + 1):
            port = self.port or free_port()
            try:
                self._start_on(port)
            except ServiceBroken:
                if attempt == tries:
                    raise
            else:
                self.port = port
                return

    def _start_on(self, port: int) -> None:
        settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}"]
        settings += ["fsync=on", "synchronous_commit=on", "max_connections=60", "shared_buffers=64MB"]
        command = [_program("postgres", *self._bin), "-D", str(self._data)]
        for setting in settings:
            command += ["-c", setting]
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        process = _start(command, self._log, user=self._user, end_with="INT")
        self._process = process
        wait_until(lambda: self._answers(port), process, self._log)

    def _answers(self, port: int) -> bool:
        try:
            psycopg.connect(self._conninfo("postgres", port), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """A clean stop; connections are cut. `start` brings it back with its data."""
        if self._process is not None:
            end(self._process, signal.SIGINT)

    def crash(self) -> None:
        """As after a power cut, as far as the kernel lets it: no shutdown checkpoint, recovery at the next start."""
        if self._process is not None:
            end(self._process, signal.SIGQUIT)

    @contextlib.contextmanager
    def hangs(self) -> Iterator[None]:
        """As on a disk that does not answer: connections stay, and nobody hears anything."""
        assert self._process is not None
        stopped = [self._process.pid, *children(self._process.pid)]
        try:
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        """Ends the server and removes its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _conninfo(self, database: str, port: int | None = None) -> str:
        return f"host=127.0.0.1 port={port or self.port} user=kentongan dbname={database}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """One statement outside any transaction, for what a test has to do to the server itself."""
        with psycopg.connect(self._conninfo(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self, template: str = "template1") -> str:
        """The SQLAlchemy URL of a fresh copy of `template`, which nobody may be connected to."""
        name = f"test_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def url(self, database: str = "postgres") -> str:
        """For SQLAlchemy: postgresql+psycopg://…; without the `+psycopg` it is libpq's own form."""
        return f"postgresql+psycopg://kentongan@127.0.0.1:{self.port}/{database}"


class RedisServer:
    """One Redis on a loopback port that keeps nothing on disk: what it held is gone after kill or stop."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kentongan-redis-"))
        self._log = self._folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """redis://127.0.0.1:PORT/0, the same after a restart."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Also after stop or kill; the port stays the same from the first start on."""
        tries = 1 if self.port else PORT_TRIES
        for attempt in range(1, tries + 1):
            port = self.port or free_port()
            try:
                self._start_on(port)
            except ServiceBroken:
                if attempt == tries:
                    raise
            else:
                self.port = port
                return

    def _start_on(self, port: int) -> None:
        command = [_program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        process = _start(command, self._log, user=None, end_with="KILL")
        self._process = process
        wait_until(lambda: self._answers(port), process, self._log)

    def _answers(self, port: int) -> bool:
        with contextlib.closing(redis.Redis(host="127.0.0.1", port=port, socket_timeout=1)) as client:
            try:
                # Another server that took the port first would answer too: ours is the one with our process id.
                found = client.info("server")
            except redis.RedisError:
                return False
            return self._process is not None and found["process_id"] == self._process.pid

    def _send(self, what: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(what)

    def stop(self) -> None:
        """A clean stop; clients see the connection close."""
        if self._process is not None:
            end(self._process, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, and waits until it is gone."""
        if self._process is not None:
            end(self._process, signal.SIGKILL)

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, as on a machine that hangs."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT after pause."""
        self._send(signal.SIGCONT)

    def close(self) -> None:
        """Ends the server and removes its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
