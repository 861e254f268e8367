"""`python -m panic_server.push.child`: takes messages from the server on stdin and answers on stdout.

Ends when its stdin does, and dies with its parent.
"""

from __future__ import annotations

import ctypes
import os
import queue
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from panic_server.clock import SystemClock
from panic_server.push.frames import FromChild, Ping, Pong, Ready, Result, Send, child_reader, encode_frame
from panic_server.push.port import Verdict

if TYPE_CHECKING:
    from panic_server.push.fcm import Fcm

# FCM answers in about 150 ms from Indonesia: a hundred calls at a time are then 640 messages/s (measured), and a device
# that hangs takes one of them, not all.
WORKERS = 100
MOST_PER_FRAME = 256
# In a burst on a small machine the alarm's own way comes first; this still leaves a tenth of a core that others want
# (the kernel's weights: 110 to 1024), enough for 100 messages/s, and all of one that nobody else wants. Where the
# server has precedence, 0 made consoles wait twice as long, and first offers no shorter (300 alarms/s).
NICENESS = 10
_PR_SET_PDEATHSIG = 1


class Child:
    """A reader (the main thread), the workers, and one writer, joined by two queues."""

    def __init__(self, fcm: Fcm, answers_fd: int) -> None:
        self._fcm = fcm
        self._answers_fd = answers_fd
        self._work: queue.SimpleQueue[Send] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[FromChild] = queue.SimpleQueue()

    def run(self) -> None:
        """Returns at the end of stdin; the threads are daemons and end with the process."""
        threading.Thread(target=self._fcm.keep_authorised, args=(time.sleep, _say), daemon=True).start()
        threading.Thread(target=self._write, daemon=True).start()
        for _ in range(WORKERS):
            threading.Thread(target=self._work_on, daemon=True).start()
        self._answers.put(Ready(WORKERS))
        reader = child_reader()
        while data := os.read(0, 64 * 1024):
            for message in reader.feed(data):
                self._take(message)

    def _take(self, message: Send | Ping) -> None:
        match message:
            case Send():
                self._work.put(message)
            case Ping(n):
                self._answers.put(Pong(n, self._fcm.is_authorised()))

    def _work_on(self) -> None:
        while True:
            send = self._work.get()
            try:
                result = self._fcm.send(send)
            except Exception as error:  # noqa: BLE001  The worker's outermost loop: one message must not end it.
                _say_unexpected(error)
                result = Result(send.key, Verdict.UNAVAILABLE, None, "unexpected")
            self._answers.put(result)

    def _write(self) -> None:
        while True:
            answers = [self._answers.get()]
            try:
                while len(answers) < MOST_PER_FRAME:
                    answers.append(self._answers.get_nowait())
            except queue.Empty:
                pass
            _write_all(self._answers_fd, encode_frame(answers))


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _say(line: str) -> None:
    """To the server's log."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _say_unexpected(error: Exception) -> None:
    """Its kind and where it happened, but not its text, which may hold a device's token."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    _say(f"unexpected {type(error).__name__} at {where.filename}:{where.lineno}")


def _die_with_parent() -> None:
    """On Linux even when the parent is killed, or was before we asked; elsewhere the end of stdin has to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = os.environ.get("KENTONGAN_PUSH_PARENT")
    if parent and int(parent) != os.getppid():
        sys.exit(0)


def _stand_aside() -> None:
    """Ctrl-C is for the server, which then lets us end: so a group of our own, but in the server's session.

    Linux weighs whole sessions against each other (autogroup), and within a session by niceness: in one of our own we
    would be worth as much as the server.
    """
    os.setpgrp()
    os.nice(max(0, NICENESS - os.getpriority(os.PRIO_PROCESS, 0)))


def _keep_stdout_for_answers() -> int:
    """Whatever a library prints goes to stderr; only frames go to the pipe."""
    answers_fd = os.dup(1)
    os.dup2(2, 1)
    return answers_fd


def main() -> None:
    _die_with_parent()
    _stand_aside()
    from panic_server.push.fcm import Fcm  # noqa: PLC0415 - takes half a second, in which Ctrl-C would reach us

    answers_fd = _keep_stdout_for_answers()
    key = Path(os.environ["KENTONGAN_FCM_CREDENTIALS"])
    url = os.environ.get("KENTONGAN_FCM_URL") or None
    timeout_s = float(os.environ["KENTONGAN_PUSH_TIMEOUT_S"])
    try:
        fcm = Fcm(key, workers=WORKERS, timeout_s=timeout_s, now=SystemClock().now, url=url)
    except (OSError, ValueError) as unusable:
        _say(f"the key {key} cannot be used: {type(unusable).__name__}")
        sys.exit(1)
    Child(fcm, answers_fd).run()
    # The workers may be in the middle of calls that nobody waits for any more.
    os._exit(0)


if __name__ == "__main__":
    main()
