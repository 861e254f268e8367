"""For those who run the server: does it live, can it take alarms, and what does it measure."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from panic_server.api.answers import answer
from panic_server.api.describe import PlainRoute, described
from panic_server.services import Services
from panic_server.wire import shapes


async def healthz(request: Request) -> Response:  # noqa: ARG001 - it answers whatever is asked.
    """The process lives and its event loop turns."""
    return answer(shapes.Health(ok=True))


async def readyz(request: Request) -> Response:
    """Every part and how it is; 503 when alarms cannot be taken."""
    services: Services = request.app.state.services
    report = services.health.report()
    return answer(report, status=200 if report.ok else 503, headers=None if report.ok else {"Retry-After": "1"})


async def metrics(request: Request) -> Response:
    """What is counted and measured, for Prometheus."""
    services: Services = request.app.state.services
    services.metrics.components(services.health.report().components)
    return Response(services.metrics.render(), headers={"Content-Type": services.metrics.content_type})


_health = described(gives=shapes.Health, may=())
_ready = described(gives=shapes.Health, may=())
_ready["responses"][503] = {**_ready["responses"][200], "description": "Health: alarms cannot be taken"}
_metrics = described(gives=None, may=())
_metrics["responses"][200] = {"description": "Metrics", "content": {"text/plain": {"schema": {"type": "string"}}}}

HEALTH_ROUTES: Final = (
    PlainRoute("/healthz", healthz, method="GET", about=_health),
    PlainRoute("/readyz", readyz, method="GET", about=_ready),
    PlainRoute("/metrics", metrics, method="GET", about=_metrics),
)
