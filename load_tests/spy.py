"""Where the server's time goes: py-spy's samples during the load, counted by thread and by function.

Only the thread that holds the interpreter counts: the others wait for it, or are in the database or the kernel.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SAMPLES_PER_S = 199
"""A prime number, so that nothing that happens every few milliseconds is always or never hit."""

SHOWN = 25
_THREADS = {"MainThread": "event loop", "journal-writer": "writer", "journal-reader": "readers"}


@contextmanager
def spying(pid: int, out: Path | None) -> Iterator[None]:
    """Samples which functions run until the block ends; does nothing without `out`. Costs the server a few percent."""
    if out is None:
        yield
        return
    py_spy = str(Path(sys.executable).with_name("py-spy"))
    command = [py_spy, "record", "--pid", str(pid), "--rate", str(SAMPLES_PER_S), "--format", "raw", "--threads"]
    command += ["--function", "--gil", "--duration", "600", "--output", str(out)]
    spy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        # SIGINT makes it write what it has.
        spy.send_signal(2)
        spy.wait(60)


def summary(raw: Path) -> str:
    """The share of all samples in which a function ran, itself or in what it called."""
    samples: dict[str, Counter[str]] = {}
    totals: Counter[str] = Counter()
    for line in raw.read_text(encoding="utf-8").splitlines():
        stack, _, count = line.rpartition(" ")
        thread, *functions = stack.split(";")
        name = next((word for key, word in _THREADS.items() if key in thread), "others")
        totals[name] += int(count)
        samples.setdefault(name, Counter()).update(dict.fromkeys(functions, int(count)))
    whole = max(1, totals.total())
    lines = []
    for name, total in totals.most_common():
        lines.append(f"{100 * total / whole:5.1f} %  {name}")
        ours = [(where, count) for where, count in samples[name].most_common() if _is_told(where)]
        lines += [f"  {100 * count / whole:5.1f} %  {where}" for where, count in ours[:SHOWN]]
    return "\n".join(lines)


def _is_told(where: str) -> bool:
    """Not the frames that every stack begins with."""
    return "<frozen runpy>" not in where and "threading.py" not in where and "(panic_server/cli.py" not in where
