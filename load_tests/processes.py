"""The processes of a load run: started, watched and ended by us alone. Each dies with the runner."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
END_WITHIN_S = 15.0
_PR_SET_PDEATHSIG = 1
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Broken(RuntimeError):
    """A process of the run did not do what it is there for; carries the end of its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _begin(niceness: int) -> None:
    os.nice(niceness)
    _die_with_parent()


def _die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """`python -m ARGUMENTS`, from the root of the repository, or another program with them.

    Output goes to `log`, but not stdout when it `talks`.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        talks: bool = True,
        niceness: int = 0,
        program: Sequence[str] = (sys.executable, "-m"),
    ) -> None:
        self._log = log
        self._told = " ".join(arguments if program[-1] == "-m" else [*program, *arguments])
        with log.open("ab") as err:
            self._process = subprocess.Popen(
                [*program, *arguments],
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if talks else err,
                stderr=err,
                text=True,
                bufsize=1,
                process_group=0,
                preexec_fn=partial(_begin, niceness),  # noqa: PLW1509 - two calls, and the runner has no other threads
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, order: str) -> str:
        """One line to it, one line back."""
        assert self._process.stdin is not None
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        return self.hear()

    def hear(self) -> str:
        """Its next line. Raises Broken when it has ended instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self.broken("ended")
        return line.strip()

    def finish(self, within_s: float) -> None:
        """Waits for its own end. Raises Broken when it fails or takes longer."""
        try:
            status = self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise self.broken(f"took longer than {within_s:.0f} s") from None
        if status != 0:
            raise self.broken(f"ended with {status}")

    def is_running(self) -> bool:
        return self._process.poll() is None

    def broken(self, what: str) -> Broken:
        end = self._log.read_text(errors="replace")[-3000:]
        return Broken(f"{self._told}: {what}\n{end}")

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def wait_for(is_so: Callable[[], bool], within_s: float, *, every_s: float = 0.05) -> bool:
    """False when it is still not so in the end."""
    until_s = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > until_s:
            return False
        time.sleep(every_s)
    return True


def children(pid: int) -> Iterator[int]:
    """Processes that this one started, by any of its threads."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        yield from (int(child) for child in listed.read_text().split())


def cpu_s(pid: int) -> float:
    """Seconds of processor time, user and system, of the process and all its threads; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def peak_rss_mb(pid: int) -> float:
    """The most memory that the process has ever had in RAM, in 10^6 bytes; 0 when it is gone."""
    return _memory_mb(pid, "VmHWM")


def rss_mb(pid: int) -> float:
    """What it has in RAM now."""
    return _memory_mb(pid, "VmRSS")


def _memory_mb(pid: int, what: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(what)), 0.0)


def fsync_s(folder: Path, count: int = 200) -> list[float]:
    """How long it takes to write 4 KiB and bring it to the disk that holds `folder`."""
    path = folder / "fsync-probe"
    taken = []
    with path.open("wb") as file:
        for _ in range(count):
            file.write(bytes(4096))
            file.flush()
            began_s = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began_s)
    path.unlink()
    return taken
