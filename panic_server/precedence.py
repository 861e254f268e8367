"""The server has the processor before others that want it, where it may: an alarm must not wait behind a backup.

Half the time that an alarm took on a busy machine it waited for a processor (docs/performance.md).
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
        if os.getsid(0) == os.getpid() and sessions_niceness.exists():
            sessions_niceness.write_text(str(NICENESS))
    except PermissionError:
        log.info("process.no_precedence", needs="root or CAP_SYS_NICE")
        return False
    return True
