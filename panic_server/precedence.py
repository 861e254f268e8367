"""The server has the processor before others that want it, where it may: an alarm must not wait behind a backup.

What that is worth on a busy machine: docs/performance.md.
"""

import os
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

NICENESS: Final = -10
"""The kernel's weights: nine times as much as a process without a wish of its own."""

SESSIONS_NICENESS: Final = Path("/proc/self/autogroup")
"""Linux weighs sessions against each other before it weighs the processes in one."""


def take_precedence(sessions_niceness: Path = SESSIONS_NICENESS) -> bool:
    """Call it before there are threads: they take it over. False where only root may, or somebody has chosen already.

    A session is only touched when it is the server's own, as under systemd: in a terminal it is the user's as well.
    """
    if os.getpriority(os.PRIO_PROCESS, 0) != 0:
        return False
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    except PermissionError:
        log.info("process.no_precedence", needs="root or CAP_SYS_NICE")
        return False
    if os.getsid(0) == os.getpid():
        _take_session_along(sessions_niceness)
    return True


def _take_session_along(niceness: Path) -> None:
    """Where that is not to be had, as in some containers, the server runs all the same."""
    try:
        niceness.write_text(str(NICENESS))
    except OSError as error:
        log.info("process.session_without_precedence", error=type(error).__name__)
