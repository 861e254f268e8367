"""What the server counts and measures, for Prometheus. Every metric's words stand here and nowhere else."""

from collections.abc import Callable, Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

from panic_server.people import Role
from panic_server.wire.shapes import Component

# From a tenth of what was measured when idle up to where every promise is broken.
_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


class Metrics:
    """One registry of its own per server, so that several servers fit in one process."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._alarms = Counter("kentongan_alarms", "Alarms on disk, repeats not counted", ["kind"], registry=registry)
        self._repeats = Counter("kentongan_alarm_repeats", "Alarms that were sent again", registry=registry)
        self._refused = Counter("kentongan_refused", "Requests refused, by code", ["code"], registry=registry)
        self._trigger_s = _histogram("kentongan_trigger_to_commit_seconds", "From request to disk", registry)
        self._commit_s = _histogram("kentongan_commit_seconds", "One commit of a batch", registry)
        self._failed_commits = Counter("kentongan_commits_failed", "Commits that failed", registry=registry)
        self._batch = Histogram("kentongan_batch_orders", "Orders in one commit", buckets=_SIZES, registry=registry)
        self._events = Counter("kentongan_events", "Journal events published to live clients", registry=registry)
        self._console_s = _histogram("kentongan_commit_to_console_seconds", "From commit to the consoles", registry)
        self._sockets = Gauge("kentongan_live_sockets", "Open live connections", ["role"], registry=registry)
        self._closed = Counter("kentongan_live_closed", "Live connections closed by us", ["code"], registry=registry)
        self._snapshots = Counter("kentongan_live_snapshots", "Snapshots read for live clients", registry=registry)
        self._outbox_age_s = Gauge("kentongan_outbox_age_seconds", "Age of the oldest waiting push", registry=registry)
        self._outbox_pending = Gauge("kentongan_outbox_pending", "Pushes that wait", registry=registry)
        self._faults = Counter("kentongan_faults", "Errors that a loop survived", ["where"], registry=registry)
        self._component = Gauge(
            "kentongan_component_ok", "1 where a part of /readyz works, 0 where not", ["component"], registry=registry
        )
        self._alarm_of: dict[str, Callable[[], None]] = {}

    def alarm(self, kind: str, seconds: float) -> None:
        """A new alarm was answered `seconds` after its request was read."""
        count = self._alarm_of.get(kind)
        if count is None:
            count = self._alarm_of[kind] = self._alarms.labels(kind).inc
        count()
        self._trigger_s.observe(seconds)

    def repeat(self) -> None:
        self._repeats.inc()

    def refused(self, code: str) -> None:
        """`code` is the problem's stable code, never anything that a client wrote."""
        self._refused.labels(code).inc()

    def committed(self, orders: int, seconds: float) -> None:
        self._batch.observe(orders)
        self._commit_s.observe(seconds)

    def commit_failed(self) -> None:
        self._failed_commits.inc()

    def published(self, events: int) -> None:
        self._events.inc(events)

    def reached_consoles(self, seconds: float) -> None:
        """A commit's events were handed to the sockets of every console that may see them."""
        self._console_s.observe(seconds)

    def socket_opened(self, role: Role) -> None:
        self._sockets.labels(role.value).inc()

    def socket_closed(self, role: Role) -> None:
        self._sockets.labels(role.value).dec()

    def closed_by_us(self, code: int) -> None:
        """4001 is a client that read too slowly."""
        self._closed.labels(str(code)).inc()

    def snapshot(self) -> None:
        self._snapshots.inc()

    def outbox(self, *, age_s: float | None, pending: int) -> None:
        self._outbox_age_s.set(age_s or 0.0)
        self._outbox_pending.set(pending)

    def components(self, found: Iterable[Component]) -> None:
        """What the health page says, for an alert of its own on each part: most do not make the server unready."""
        for one in found:
            self._component.labels(one.name).set(one.ok)

    def fault(self, where: str) -> None:
        self._faults.labels(where).inc()

    def render(self) -> bytes:
        """The text format of `content_type`."""
        return generate_latest(self.registry)


def _histogram(name: str, documentation: str, registry: CollectorRegistry) -> Histogram:
    return Histogram(name, documentation, buckets=_SECONDS, registry=registry)
