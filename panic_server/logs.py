"""Logs: events and numbers, never personal data. Tracebacks show no values of variables: they would be positions."""

import logging
import sys

import structlog

from panic_server.settings import Settings

_log = structlog.get_logger(__name__)


class Spell:
    """A trouble that lasts: a line when it begins or its reason changes and one when it is over, however often it is
    met meanwhile. What is broken now the health page says.
    """

    def __init__(self, name: str, *, over: str) -> None:
        self._name, self._over = name, over
        self._reason: str | None = None
        self._times = 0

    def goes_on(self, reason: str) -> None:
        self._times += 1
        if reason != self._reason:
            self._reason = reason
            _log.warning(self._name, reason=reason)

    def is_over(self) -> None:
        if self._reason is not None:
            _log.info(self._over, after_failures=self._times)
            self._reason, self._times = None, 0


def set_up_logs(settings: Settings) -> None:
    """To standard error, ours and the libraries' alike, as text or as one JSON object per line."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    before: list[structlog.types.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
        )
    )
    structlog.configure(
        processors=[*before, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    foreign = logging.StreamHandler(sys.stderr)
    foreign.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[_drop_internals, last], foreign_pre_chain=before)
    )
    logging.basicConfig(handlers=[foreign], level=max(level, logging.WARNING), force=True)
    logging.getLogger("panic_server").setLevel(level)


def _drop_internals(
    logger: structlog.types.WrappedLogger, name: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(logger, name, event)
