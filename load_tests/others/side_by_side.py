"""The table of the comparison: what each product did, how fast, and what it did not do."""

from collections.abc import Sequence

from load_tests.figures import columns_of, percentile_ms, short
from load_tests.others.compare import KENTONGAN, Column

QUESTIONS = (
    "on disk (fsync) before its ack",
    "whoever was away gets the rest",
    "finds RT and sector, joins presses",
    "offers to officers, with deadlines",
    "pushes to phones meanwhile",
    "publisher's connections",
)
DOES = {
    KENTONGAN: ("yes, in groups", "yes", "yes", "yes", "yes", "many (HTTP)"),
    "nats": ("no, every 2 min", "yes", "no", "no", "no", "one"),
    "mosquitto": ("no, every 30 min", "yes", "no", "no", "no", "one"),
    "socket.io": ("no, never kept", "no", "no", "no", "no", "one"),
}


def rows_of(one: Column) -> list[tuple[str, str]]:
    counts = one.findings.counts
    return [
        ("messages", f"{len(one.acks):,}"),
        ("bytes of each", f"{one.size:,.0f}"),
        ("asked, per second", f"{one.asked:,.0f}"),
        ("acknowledged, per second", f"{one.acknowledged:,.0f}"),
        ("ms, p50 / p99", ""),
        ("  publish -> ack", spread([ack.ack_ns - ack.sent_ns for ack in one.taken])),
        ("  publish -> each subscriber", spread(one.to_each)),
        ("  publish -> last subscriber", spread(one.to_last)),
        ("  publisher behind its plan", spread([max(0, ack.sent_ns - ack.due_ns) for ack in one.acks])),
        ("  one fsync", spread([round(second * 1e9) for second in one.fsync_s])),
        ("lost", str(counts["lost"])),
        ("duplicated", str(counts["duplicated"])),
        ("out of order", str(counts["disordered"])),
        ("server CPU with its children, s", f"{one.server_cpu_s:.1f}"),
        ("server peak memory, MB", f"{one.server_rss_mb:.0f}"),
        ("subscribers' CPU, s", f"{one.subscribers_cpu_s:.1f}"),
        *zip(QUESTIONS, DOES[one.name], strict=True),
    ]


def spread(nanoseconds: Sequence[int]) -> str:
    if not nanoseconds:
        return "-"
    return " / ".join(short(percentile_ms(nanoseconds, percent)) for percent in (50, 99))


def side_by_side(columns: Sequence[Column]) -> str:
    """Measures down, products across."""
    return columns_of([(one.name, rows_of(one)) for one in columns])
