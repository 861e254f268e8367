"""The one table that a load run prints."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from load_tests.checker import Delays
from load_tests.findings import Findings

PERCENTILES = (50, 95, 99, 99.9, 100)
HEADING = "p50 / p95 / p99 / p99.9 / max"


@dataclass(slots=True)
class Figures:
    """One column. Rates per second, delays in nanoseconds, memory in MB; `drain_s` is None when it did not drain."""

    name: str
    offered: float = 0.0
    accepted: float = 0.0
    alarms: int = 0
    late_ns: Sequence[int] = ()
    delays: Delays = field(default_factory=Delays)
    findings: Findings = field(default_factory=Findings)
    pushes: int = 0
    ended_offers: int = 0
    drain_s: float | None = None
    took: int = 0
    server_cpu_s: float = 0.0
    push_cpu_s: float = 0.0
    observers_cpu_s: float = 0.0
    server_before_mb: float = 0.0
    server_rss_mb: float = 0.0
    push_rss_mb: float = 0.0
    fsync_s: Sequence[float] = ()


def spread(nanoseconds: Sequence[int]) -> str:
    """The percentiles in milliseconds."""
    if not nanoseconds:
        return "-"
    found = np.percentile(np.asarray(nanoseconds, dtype=np.int64), PERCENTILES) / 1e6
    return " / ".join(short(value) for value in found)


def percentile_ms(nanoseconds: Sequence[int], percent: float) -> float:
    return float(np.percentile(np.asarray(nanoseconds, dtype=np.int64), percent)) / 1e6 if nanoseconds else 0.0


def short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def rows_of(one: Figures) -> list[tuple[str, str]]:
    counts = one.findings.counts
    fsync_ns = [round(second * 1e9) for second in one.fsync_s]
    return [
        ("alarms", f"{one.alarms:,}"),
        ("offered, per second", f"{one.offered:,.0f}"),
        ("accepted, per second", f"{one.accepted:,.0f}"),
        (f"ms, {HEADING}", ""),
        ("  trigger -> ack", spread(one.delays.ack)),
        ("  trigger -> console", spread(one.delays.console)),
        ("  trigger -> representative", spread(one.delays.representative)),
        ("  trigger -> FCM, offers", spread(one.delays.offer_push)),
        ("  trigger -> FCM, neighbourhood", spread(one.delays.news_push)),
        ("  generator behind its plan", spread(one.late_ns)),
        ("  one fsync", spread(fsync_ns)),
        ("lost", str(counts["lost"])),
        ("duplicated", str(counts["duplicated"])),
        ("out of order", str(counts["disordered"])),
        ("to the wrong ones", str(counts["stray"])),
        ("pushes taken by FCM", f"{one.pushes:,}"),
        ("offers ended before their push", f"{one.ended_offers:,}"),
        ("push backlog drained after, s", "-" if one.drain_s is None else f"{one.drain_s:.1f}"),
        ("officers who took an offer meanwhile", f"{one.took:,}"),
        ("server CPU, s", f"{one.server_cpu_s:.1f}"),
        ("push child CPU, s", f"{one.push_cpu_s:.1f}"),
        ("server memory before the load, MB", f"{one.server_before_mb:.0f}"),
        ("server peak memory, MB", f"{one.server_rss_mb:.0f}"),
        ("push child peak memory, MB", f"{one.push_rss_mb:.0f}"),
    ]


def table(columns: Sequence[Figures]) -> str:
    """Measures down, profiles across."""
    return columns_of([(one.name, rows_of(one)) for one in columns])


def columns_of(named_rows: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """Each column with its name and its rows of label and value; all have the same labels."""
    labels = [label for label, _ in named_rows[0][1]]
    cells = [[name, *(value for _, value in rows)] for name, rows in named_rows]
    widths = [max(map(len, column)) for column in cells]
    first = max(map(len, labels))
    lines = []
    for number, label in enumerate(["", *labels]):
        values = (column[number].rjust(width) for column, width in zip(cells, widths, strict=True))
        lines.append("  ".join([label.ljust(first), *values]).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)
