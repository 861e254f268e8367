"""Logs go to standard error, and show no values that a person may have sent."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from panic_server.logs import Spell, set_up_logs
from panic_server.settings import Settings

SECRET = "kanari"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The handlers are pytest's own again afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def set_up(**settings: str) -> None:
    set_up_logs(Settings.model_validate(settings))


def fail_with(secret: str) -> None:
    raise ValueError("something went wrong with a value")


def test_ours_and_the_libraries_are_one_json_object_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(log_format="json")
    structlog.get_logger("ours").info("something.happened", number=3)
    logging.getLogger("library").warning("careful")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("something.happened", "info"),
        ("careful", "warning"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_traceback_shows_where_it_happened_and_no_values(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(log_format=log_format)
    try:
        fail_with(SECRET)
    except ValueError:
        structlog.get_logger("ours").exception("it.failed")
        logging.getLogger("library").exception("it failed too")
    written = capsys.readouterr().err
    assert written.count("fail_with") >= 2
    assert SECRET not in written


def test_what_libraries_say_below_a_warning_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(log_level="debug")
    logging.getLogger("library").info("GET /v1/alarms?token=kanari")
    structlog.get_logger("ours").debug("shown")
    written = capsys.readouterr().err
    assert "kanari" not in written
    assert "shown" in written


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(log_level="error")
    structlog.get_logger("ours").warning("careful")
    logging.getLogger("library").warning("careful")
    assert capsys.readouterr().err == ""


def test_a_trouble_that_lasts_is_told_when_it_begins_when_it_changes_and_when_it_is_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(log_format="json")
    spell = Spell("disk.failing", over="disk.well")
    spell.is_over()
    for reason in ("full", "full", "gone", "gone", "gone"):
        spell.goes_on(reason)
    spell.is_over()
    spell.is_over()
    spell.goes_on("full")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line.get("reason", line.get("after_failures"))) for line in lines] == [
        ("disk.failing", "full"),
        ("disk.failing", "gone"),
        ("disk.well", 5),
        ("disk.failing", "full"),
    ]
