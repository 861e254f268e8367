"""What Prometheus learns about push."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# From "at once" to the half minute after which an offer has expired.
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class PushMetrics:
    """Counters of the relay and of its sender; the registry is the server's."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.results = Counter(
            "kentongan_push_results", "Recorded results of pushes", ["outcome", "reason"], registry=registry
        )
        self.answers = Counter("kentongan_push_answers", "Answers of FCM per device", ["verdict"], registry=registry)
        self.seconds = Histogram(
            "kentongan_push_seconds", "From the commit until FCM took it", buckets=_SECONDS, registry=registry
        )
        self.waiting = Gauge("kentongan_push_waiting", "Pushes waiting in memory", registry=registry)
        self.restarts = Counter("kentongan_push_child_restarts", "Child processes replaced", registry=registry)
        self.errors = Counter("kentongan_push_errors", "Unexpected errors in the relay's loops", registry=registry)
